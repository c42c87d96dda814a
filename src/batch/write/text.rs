//! Output that is text: bytes in order, packed if wanted, and every now and then a note of how far it has come.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use xxhash_rust::xxh3::Xxh3Default;

use super::flusher::Flusher;
use super::target::Target;
use super::{Output, Packing, Sink};
use crate::batch::chunk::Chunk;
use crate::batch::resume::{Journal, journal_path};
use crate::batch::summary::Summary;
use crate::error::{Error, Result};

/// Packed text consists of parts of at least this many bytes before packing, each of which can be unpacked by itself.
/// Where they begin depends on the rows alone, so that a resumed run makes the same parts.
const PART_BYTES: usize = 1 << 20;

/// Between two notes of how far the output has come.
const NOTE_EVERY: Duration = Duration::from_secs(1);

pub(crate) struct TextSink {
    target: Target,
    /// If the target is a file.
    flusher: Option<Flusher>,
    packing: Packing,
    /// Text that is not packed yet.
    part: Vec<u8>,
    written: u64,
    hasher: Xxh3Default,
    journal: Option<(PathBuf, Journal)>,
    noted: Instant,
}

impl TextSink {
    /// Opens the output and writes the header, or goes on after what an earlier run left.
    pub(crate) fn open(output: &Output, header: &[u8], journal: Journal, resumed: bool) -> Result<TextSink> {
        let mut target = Target::open(output, resumed)?;
        let mut hasher = Xxh3Default::new();
        let mut written = 0;
        if let (true, Target::Partial(partial)) = (resumed, &mut target) {
            verify(&mut partial.file, &journal, &mut hasher).map_err(|error| match error {
                Some(error) => Error::io(&partial.path, error),
                None => Error::data("this is not what the earlier run left")
                    .in_file(&partial.path)
                    .with_hint("start anew without --resume"),
            })?;
            written = journal.output;
        }
        let journal = match (&target, output) {
            (Target::Partial(_), Output::File(path)) => Some((journal_path(path), journal)),
            _ => None,
        };
        if let (false, Some((path, _))) = (resumed, &journal) {
            // What an earlier run left is of no use any more.
            fs::remove_file(path).ok();
        }
        let flusher = match &target {
            Target::Partial(partial) => Some(Flusher::of(&partial.file).map_err(|error| target.error(error))?),
            _ => None,
        };
        let (packing, part, noted) = (output.packing().0, Vec::new(), Instant::now());
        let mut sink = TextSink { target, flusher, packing, part, written, hasher, journal, noted };
        if !resumed {
            sink.put(header)?;
        }
        Ok(sink)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        if self.packing == Packing::Plain {
            return self.write_out(bytes);
        }
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART_BYTES { self.pack() } else { Ok(()) }
    }

    fn pack(&mut self) -> Result<()> {
        let part = std::mem::take(&mut self.part);
        let packed = if self.packing == Packing::Zstd {
            zstd::encode_all(&part[..], 3)
        } else {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&part).and_then(|()| encoder.finish())
        };
        let packed = packed.map_err(|error| self.target.error(error))?;
        self.write_out(&packed)?;
        self.part = part;
        self.part.clear();
        Ok(())
    }

    fn write_out(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.target.write_all(bytes);
        let flushed = self.flusher.as_mut().map_or(Ok(()), |flusher| flusher.wrote(bytes.len()));
        written.and(flushed).map_err(|error| self.target.error(error))?;
        if self.journal.is_some() {
            self.hasher.update(bytes);
        }
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Notes how far input and output have come.
    fn note(&mut self, chunk: &Chunk, summary: &Summary) -> Result<()> {
        let Some((path, journal)) = &mut self.journal else { return Ok(()) };
        self.target.sync()?;
        journal.input = chunk.after;
        journal.output = self.written;
        journal.output_hash = self.hasher.digest();
        journal.summary.clone_from(summary);
        journal.save(path)?;
        self.noted = Instant::now();
        Ok(())
    }
}

impl Sink for TextSink {
    fn write(&mut self, chunk: &mut Chunk, summary: &Summary) -> Result<()> {
        self.put(&chunk.out)?;
        let complete = chunk.after.between_rows && self.part.is_empty();
        if complete && (self.noted.elapsed() >= NOTE_EVERY || chunk.stop_follows) {
            self.note(chunk, summary)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if !self.part.is_empty() {
            self.pack()?;
        }
        if let Some(flusher) = &mut self.flusher {
            flusher.end().map_err(|error| self.target.error(error))?;
        }
        self.target.commit()?;
        if let Some((path, _)) = &self.journal {
            fs::remove_file(path).ok();
        }
        Ok(())
    }
}

/// Makes sure that the incomplete output starts with what the journal says, and cuts off what came after it.
fn verify(file: &mut fs::File, journal: &Journal, hasher: &mut Xxh3Default) -> Result<(), Option<io::Error>> {
    let mut left = journal.output;
    let mut buffer = vec![0; 1 << 20];
    file.seek(SeekFrom::Start(0))?;
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = file.read(&mut buffer[..wanted])?;
        if read == 0 {
            return Err(None);
        }
        hasher.update(&buffer[..read]);
        left -= read as u64;
    }
    if hasher.digest() != journal.output_hash {
        return Err(None);
    }
    file.set_len(journal.output)?;
    file.seek(SeekFrom::Start(journal.output))?;
    Ok(())
}
