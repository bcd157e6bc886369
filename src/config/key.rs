//! How a key is declared: the macro `section!` and what it generates.

use super::reading::Reading;

/// A configuration key, as declared.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The full name, such as `tokens.refresh.retry_window`.
    pub(crate) path: &'static str,
    /// What it does, a line each.
    pub(crate) doc: &'static [&'static str],
    /// What values look like.
    pub(crate) shape: &'static str,
    /// The default as text; empty when there is none.
    pub(crate) default: String,
    /// The least and the greatest value, as text.
    pub(crate) bounds: Option<[String; 2]>,
    /// Whether its value must not be shown, and may come from a file.
    pub(crate) secret: bool,
}

impl Key {
    /// The environment variable that sets it.
    pub(crate) fn variable(&self) -> String {
        format!("VOUCHSAFE__{}", self.path.to_ascii_uppercase().replace('.', "__"))
    }
}

/// A group of keys with its documentation.
#[derive(Clone, Debug)]
pub(crate) struct SectionKeys {
    /// The prefix with its dot; empty for the keys at the top.
    pub(crate) prefix: &'static str,
    /// What the section is about, a line each.
    pub(crate) doc: &'static [&'static str],
    /// Its keys in declaration order.
    pub(crate) keys: Vec<Key>,
}

/// A section of the configuration: it can list its keys and read itself.
pub(crate) trait Section: Sized {
    /// Appends this section's keys, and those of the sections inside it.
    fn declare(table: &mut Vec<SectionKeys>);
    /// Takes this section's values.
    fn read(reading: &mut Reading) -> Self;
}

/// Declares a section once: the struct, its keys, and how they are read.
///
/// A line is `name: Type = default [, shown "text"] [, from least to most] [, check function];`.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $name:ident in $prefix:literal {
            $(
                $(#[doc = $doc:literal])+
                $field:ident : $ty:ty = $default:expr
                $(, shown $shown:literal)? $(, from $least:expr => $most:expr)? $(, check $check:path)? ;
            )*
            $( section $sub:ident : $subty:ty ; )*
            $( extra $extra:ident : $extraty:ty = $init:expr ; )*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        pub struct $name {
            $( $(#[doc = $doc])+ pub $field: $ty, )*
            $( #[doc = concat!("The section `", $prefix, stringify!($sub), "`.")] pub $sub: $subty, )*
            $( pub(crate) $extra: $extraty, )*
        }

        impl $crate::config::key::Section for $name {
            fn declare(table: &mut Vec<$crate::config::key::SectionKeys>) {
                table.push($crate::config::key::SectionKeys {
                    prefix: $prefix,
                    doc: &[$($about),+],
                    keys: vec![$({
                        let shown: &[&str] = &[$($shown)?];
                        let bounds: &[[String; 2]] = &[$([
                            <$ty as $crate::config::value::Value>::show(&$least),
                            <$ty as $crate::config::value::Value>::show(&$most),
                        ])?];
                        $crate::config::key::Key {
                            path: concat!($prefix, stringify!($field)),
                            doc: &[$($doc),+],
                            shape: <$ty as $crate::config::value::Value>::SHAPE,
                            default: shown.first().map_or_else(
                                || <$ty as $crate::config::value::Value>::show(&$default),
                                |text| (*text).to_owned(),
                            ),
                            bounds: bounds.first().cloned(),
                            secret: <$ty as $crate::config::value::Value>::SECRET,
                        }
                    }),*],
                });
                $( <$subty as $crate::config::key::Section>::declare(table); )*
            }

            fn read(reading: &mut $crate::config::reading::Reading) -> Self {
                Self {
                    $( $field: {
                        let checks: &[$crate::config::reading::Check<'_, $ty>] = &[
                            $( &|value: &$ty| $crate::config::value::within(value, &$least, &$most), )?
                            $( &|value: &$ty| $check(value), )?
                        ];
                        reading.take(concat!($prefix, stringify!($field)), $default, checks)
                    }, )*
                    $( $sub: <$subty as $crate::config::key::Section>::read(reading), )*
                    $( $extra: $init, )*
                }
            }
        }
    };
}
pub(crate) use section;

/// All keys, section by section.
pub(crate) fn table() -> Vec<SectionKeys> {
    let mut table = Vec::new();
    super::Config::declare(&mut table);
    table
}
