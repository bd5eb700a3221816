//! `--labels`: the words of a laboratory, and the known label each stands for.

use std::collections::BTreeMap;
use std::path::Path;

use hypnic::error::{Error, Position, Result};
use hypnic::marks::Labels;

/// Reads the file; without one, only the known labels are understood.
///
/// # Errors
/// A file that cannot be read, is no TOML, or names a label that is not known.
pub fn read(path: Option<&Path>) -> Result<Labels> {
    let Some(path) = path else { return Ok(Labels::default()) };
    let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
    let wrong = |at, found| Error::Input {
        path: path.to_owned(),
        at,
        found,
        expected: "lines such as \"Beinzucken\" = \"LM:left\"".to_owned(),
        help: "Known labels are LM, PLM (with :left, :right), W, N1, N2, N3, R, sleep, arousal, \
               hypopnea, lights_off, lights_on, gap."
            .to_owned(),
    };
    let words: BTreeMap<String, String> = toml::from_str(&text).map_err(|problem| {
        let before = problem.span().and_then(|span| text.get(..span.start)).unwrap_or("");
        let row = before.matches('\n').count() as u64 + 1;
        wrong(Position::Row(row), problem.message().trim().to_owned())
    })?;
    Labels::new(words.iter().map(|(word, known)| (word.as_str(), known.as_str())))
        .map_err(|unknown| wrong(Position::File, format!("the label {unknown:?}")))
}
