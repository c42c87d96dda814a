//! The way of the rows: one thread reads, several score, and the calling one puts results in order and writes them.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZero;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::chunk::{Chunk, Mark};
use super::columns::{ours, text_columns};
use super::read::{self, List, Rows, Table};
use super::resume::{Journal, fingerprint, journal_path};
use super::summary::Summary;
use super::worker::{Job, Worker};
use super::write::ours::Names;
use super::write::parquet::ParquetSink;
use super::write::spreadsheet::WorkbookSink;
use super::write::target::refuse_same;
use super::write::text::TextSink;
use super::write::{Output, Shape, Sink};
use super::{Input, Options, Watch};
use crate::error::{Error, ErrorKind, Result};
use crate::matcher::Matcher;

pub(crate) fn run(
    matcher: &Matcher,
    input: &Input,
    output: &Output,
    options: &Options,
    watch: &Watch,
) -> Result<Summary> {
    refuse_same(input, output)?;
    let earlier = earlier(output, options, watch)?;
    let List { table, mut rows, length, parquet } =
        read::open(input, options, watch, earlier.as_ref().and_then(|one| one.length))?;
    let job = job(matcher, &table, output, options).map_err(|error| match error.kind() {
        ErrorKind::Usage(_) => error.in_file(input.path()),
        _ => error,
    })?;
    let settings = fingerprint(&[
        &job.names,
        &job.text,
        &job.shape,
        &table,
        &options.suggest.language,
        &options.suggest.explain,
        &options.suggest.only_active.then_some(options.suggest.as_of),
        &options.limits,
        &options.excel,
        &options.sheet,
        &options.portfolio,
        &matcher.model_name(),
    ]);
    if job.shape == Shape::Parquet {
        rows.need_only(&job.text);
    }
    let mut done = rows.start(output)?;
    let mut summary = Summary::default();
    let resumable = matches!(job.shape, Shape::Raw | Shape::Delimited(_) | Shape::JsonLines);
    let resumed = earlier.is_some() && resumable;
    let journal = match earlier {
        Some(journal) if resumable => {
            if journal.settings != settings {
                return Err(Error::usage("the earlier run had another input or other options")
                    .in_file(output.path())
                    .with_hint("use the same ones, or start anew without --resume"));
            }
            if !rows.skip_to(journal.input, &mut done)? {
                return Err(Error::usage("the input is not the one of the earlier run: it has changed")
                    .in_file(input.path())
                    .with_hint("start anew without --resume"));
            }
            watch.note(&format!("going on after {} rows", journal.summary.rows));
            summary.clone_from(&journal.summary);
            watch.go_on_after(summary.rows);
            journal
        }
        _ => {
            Journal { settings, length, input: Mark::default(), output: 0, output_hash: 0, summary: Summary::default() }
        }
    };
    let mut sink: Box<dyn Sink> = match job.shape {
        Shape::Workbook => Box::new(WorkbookSink::open(output, &table, &job.names)?),
        Shape::Parquet => Box::new(ParquetSink::open(output, &table, &job.names, parquet)?),
        _ => Box::new(TextSink::open(output, &job.shape.header(&table, &job.names, options), journal, resumed)?),
    };
    let threads = match options.threads {
        0 => thread::available_parallelism().map_or(1, NonZero::get),
        threads => threads,
    };
    stream(&mut rows, done, &job, threads, watch, sink.as_mut(), &mut summary)
        .map_err(|error| in_place(error, input, output, resumable))?;
    sink.finish()?;
    if let (Some(length), Input::File(path)) = (length, input)
        && std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > length)
    {
        watch.note(&format!(
            "{} grew while it was read; what came after its first {length} bytes was left out",
            input.name()
        ));
    }
    Ok(summary)
}

/// What an earlier run left, if it is to be gone on with.
fn earlier(output: &Output, options: &Options, watch: &Watch) -> Result<Option<Journal>> {
    if !options.resume {
        return Ok(None);
    }
    let Output::File(path) = output else {
        return Err(Error::usage("only a run that writes a file can be resumed").with_hint("name the file with -o"));
    };
    let found = Journal::load(&journal_path(path))?;
    if found.is_none() {
        watch.note("no earlier run to go on with; starting with the first row");
    }
    Ok(found)
}

fn job<'j>(matcher: &'j Matcher, table: &'j Table, output: &Output, options: &Options) -> Result<Job<'j>> {
    let top = matcher.ranker(&options.suggest).top();
    // A portfolio shows between which two a row stands, however few the list names.
    let ranked = if options.portfolio && top == 1 { 2 } else { options.suggest.top };
    let ranker = matcher.ranker(&crate::matcher::Options { top: ranked, ..options.suggest });
    let text = text_columns(&table.columns, &options.text_columns)?;
    let text_names = text.iter().map(|place| table.columns[*place].clone()).collect();
    let columns = ours(&table.columns, &options.prefix, top)?;
    let clusters = matcher.catalogue().clusters.iter().map(|cluster| cluster.id.as_str()).collect();
    let names = Names { columns, clusters, top };
    let shape = Shape::of(table, output, options)?;
    Ok(Job { table, ranker, names, text, text_names, shape, portfolio: options.portfolio })
}

/// Adds to an error where it happened and what can be done.
fn in_place(error: Error, input: &Input, output: &Output, resumable: bool) -> Error {
    let error = error.in_file(input.path());
    match output {
        Output::File(path) if resumable && error.hint().is_none() && journal_path(path).exists() => {
            error.with_hint("the rows so far are kept beside the output; --resume goes on after them")
        }
        _ => error,
    }
}

/// Lets the rows through. Chunks go round in a circle, so that their number bounds the memory.
fn stream(
    rows: &mut Rows,
    mut done: Mark,
    job: &Job<'_>,
    threads: usize,
    watch: &Watch,
    sink: &mut dyn Sink,
    summary: &mut Summary,
) -> Result<()> {
    let circle = 2 * threads + 2;
    let (give_back, free) = bounded::<Chunk>(circle);
    let (to_score, unscored) = bounded::<Chunk>(circle);
    let (to_write, scored) = bounded::<Chunk>(circle);
    for _ in 0..circle {
        give_back.send(Chunk::default()).ok();
    }
    thread::scope(|scope| {
        let reader = scope.spawn(move || read_all(rows, &mut done, &free, &to_score, watch));
        for _ in 0..threads {
            let (unscored, to_write) = (unscored.clone(), to_write.clone());
            scope.spawn(move || {
                let mut worker = Worker::new(job);
                for mut chunk in unscored {
                    worker.work(&mut chunk);
                    if to_write.send(chunk).is_err() {
                        return;
                    }
                }
            });
        }
        drop((unscored, to_write));
        let written = write_all(&scored, &give_back, watch, sink, summary);
        // Whoever still waits for a free chunk, or to hand one on, is let go.
        drop((scored, give_back));
        let read = reader.join().unwrap_or_else(|_| Err(io::Error::other("the reading thread failed").into()));
        written.and(read)
    })
}

fn read_all(
    rows: &mut Rows,
    done: &mut Mark,
    free: &Receiver<Chunk>,
    to_score: &Sender<Chunk>,
    watch: &Watch,
) -> Result<()> {
    for (number, mut chunk) in (0..).zip(free) {
        if watch.is_stopped() {
            break;
        }
        if !rows.fill(&mut chunk, done)? {
            break;
        }
        chunk.number = number;
        if to_score.send(chunk).is_err() {
            break;
        }
    }
    if watch.is_stopped() {
        return Err(Error::from(io::Error::new(io::ErrorKind::Interrupted, "stopped before the end")));
    }
    Ok(())
}

fn write_all(
    scored: &Receiver<Chunk>,
    give_back: &Sender<Chunk>,
    watch: &Watch,
    sink: &mut dyn Sink,
    summary: &mut Summary,
) -> Result<()> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for chunk in scored {
        waiting.insert(chunk.number, chunk);
        while let Some(mut chunk) = waiting.remove(&next) {
            chunk.stop_follows = watch.is_stopped();
            summary.merge(&chunk.summary);
            sink.write(&mut chunk, summary)?;
            watch.set_rows(summary.rows);
            next += 1;
            give_back.send(chunk).ok();
        }
    }
    Ok(())
}
