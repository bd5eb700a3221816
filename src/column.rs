//! What the columns of the tables mean, from the documentation of their fields.

/// A column of a table, or a key of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type in Rust.
    pub rust_type: &'static str,
    /// The documentation of the field.
    pub doc: &'static str,
}

/// Declares a struct whose rows or keys go into a file, and keeps the
/// documentation of its fields as `COLUMNS`: the data dictionary is made from
/// it, so a column cannot be without an entry.
macro_rules! with_columns {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[doc = $doc:literal])+ pub $field:ident: $type:ty, )*
        }
    ) => {
        $(#[$meta])*
        pub struct $name {
            $( $(#[doc = $doc])+ pub $field: $type, )*
        }

        impl $name {
            /// The columns, in order.
            pub const COLUMNS: &'static [$crate::column::Column] = &[
                $( $crate::column::Column {
                    name: stringify!($field),
                    rust_type: stringify!($type),
                    doc: concat!($($doc),+),
                }, )*
            ];
        }
    };
}
pub(crate) use with_columns;
