//! What the program says, in both languages, side by side so that neither is forgotten.

use super::args::Ui;
use crate::catalogue::{Kind, Region, Status};
use crate::text::Language;

impl Ui {
    /// The phrase in this language.
    pub(crate) fn say<'p>(self, en: &'p str, da: &'p str) -> &'p str {
        match self {
            Ui::En => en,
            Ui::Da => da,
        }
    }

    pub(crate) fn language(self, language: Language) -> &'static str {
        match language {
            Language::Da => self.say("Danish", "dansk"),
            Language::En => self.say("English", "engelsk"),
            Language::Mixed => self.say("Danish and English", "dansk og engelsk"),
            Language::Other => self.say("neither Danish nor English", "hverken dansk eller engelsk"),
        }
    }

    pub(crate) fn status(self, status: Status) -> &'static str {
        match status {
            Status::Active => self.say("active", "aktiv"),
            Status::Closed => self.say("closed", "lukket"),
            Status::Unconfirmed => self.say("appointment after 2024 unconfirmed", "udpegning efter 2024 ubekræftet"),
            Status::NotYet => self.say("did not exist yet", "fandtes ikke endnu"),
        }
    }

    pub(crate) fn kind(self, kind: Kind) -> &'static str {
        match kind {
            Kind::Established => self.say("established", "etableret"),
            Kind::FastGrowing => self.say("fast-growing", "i hastig vækst"),
        }
    }

    pub(crate) fn region(self, region: Region) -> &'static str {
        match region {
            Region::Capital => self.say("Copenhagen area", "hovedstadsområdet"),
            Region::Zealand => self.say("Zealand", "Sjælland"),
            Region::Funen => self.say("Funen", "Fyn"),
            Region::Jutland => self.say("Jutland", "Jylland"),
            Region::Unconfirmed => self.say("region unconfirmed", "landsdel ubekræftet"),
        }
    }
}
