-- Load for `matcher serve`, for wrk (Debian: `apt-get install wrk`):
--     matcher serve --no-open --store /tmp/load.sqlite3 &
--     wrk -t1 -c32 -d30s --latency -s scripts/load.lua http://127.0.0.1:8787
-- Four profiles of 100 to 190 characters in turn, with reasons, three clusters each.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local texts = {
  "Vi udvikler undervandsdroner til inspektion af havvindmøller og havneanlæg. Vores software styrer flåder af autonome fartøjer, og vi samarbejder med rederier og energiselskaber i hele Norden.",
  "We design sustainable furniture and interiors from recycled textiles, and sell to hotels and homes across Europe.",
  "Vi leverer rensning af spildevand og måling af vandkvalitet til kommuner og industri med sensorer og kunstig intelligens.",
  "Our platform helps banks detect fraud and comply with anti-money-laundering rules using machine learning.",
}
local n = 0
request = function()
  n = n % #texts + 1
  return wrk.format(nil, "/v1/suggest", nil, '{"text":"' .. texts[n] .. '"}')
end
