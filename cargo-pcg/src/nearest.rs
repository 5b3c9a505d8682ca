//! Names that somebody may have meant.

/// The nearest to a name among those that there are; nothing if there are none.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> &'a str {
    known.into_iter().min_by_key(|known| strsim::damerau_levenshtein(known, name)).unwrap_or_default()
}
