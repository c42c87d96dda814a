//! Brings what was written to the disk while more is being made, so that nobody waits for all of it at the end.

use std::fs::File;
use std::io;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Sender, TrySendError, bounded};

/// Bytes after which the disk is given something to do.
const EVERY: usize = 8 << 20;

/// A thread that synchronises a file now and then.
pub(crate) struct Flusher {
    unsynced: usize,
    /// Taken when there is no more to do.
    ask: Option<Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Flusher {
    /// Begins with an open file; the thread ends with the value.
    pub(crate) fn of(file: &File) -> io::Result<Flusher> {
        let file = file.try_clone()?;
        // While it is busy, one more request waits, and others would ask for the same.
        let (ask, asked) = bounded(1);
        let thread = thread::Builder::new().spawn(move || asked.into_iter().try_for_each(|()| file.sync_data()))?;
        Ok(Flusher { unsynced: 0, ask: Some(ask), thread: Some(thread) })
    }

    /// Says that so many bytes were written.
    ///
    /// # Errors
    /// What synchronising earlier ones failed with.
    pub(crate) fn wrote(&mut self, bytes: usize) -> io::Result<()> {
        self.unsynced += bytes;
        if self.unsynced < EVERY {
            return Ok(());
        }
        self.unsynced = 0;
        match self.ask.as_ref().map(|ask| ask.try_send(())) {
            Some(Err(TrySendError::Disconnected(()))) => self.end(),
            _ => Ok(()),
        }
    }

    /// Waits until the thread has ended. The system tells of a failure to write only once, so it must be heard here.
    ///
    /// # Errors
    /// What synchronising failed with.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.ask = None;
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(ended)) => ended,
            Some(Err(_)) => Err(io::Error::other("the flushing thread failed")),
        }
    }
}

impl Drop for Flusher {
    fn drop(&mut self) {
        self.end().ok();
    }
}
