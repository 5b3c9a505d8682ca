//! One crate object from the units' objects.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::error::Error;
use crate::unit::UnitObject;

mod embedded;

/// The crate object: the units' objects without `promoted` functions that nothing refers to, the other `promoted`
/// symbols local, and `embedded_bitcode` in the sections where rustc's LTO looks for it.
///
/// # Errors
/// [`Error::Join`] if the units do not fit together.
pub fn join<'a>(
    units: &'a [UnitObject],
    promoted: &BTreeSet<String>,
    embedded_bitcode: Option<&[u8]>,
) -> Result<Cow<'a, [u8]>, Error> {
    if let ([unit], None) = (units, embedded_bitcode) {
        return Ok(Cow::Borrowed(&unit.object));
    }
    let embedded = embedded_bitcode.map(embedded::object_with).transpose()?;
    let objects: Vec<&[u8]> = units.iter().map(|unit| &*unit.object).chain(embedded.as_deref()).collect();
    Ok(Cow::Owned(pcg_join::join(&objects, promoted.iter().map(String::as_str))?))
}
