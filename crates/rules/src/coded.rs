//! One table per closed list: the variant, the code that is stored and sent, and the name on the screen.

/// Declares an enumeration of which every variant has a stable Dutch code and a Dutch name, so that the three
/// cannot drift apart in separate `match` expressions.
macro_rules! coded_enum {
    (
        $(#[$outer:meta])*
        pub enum $name:ident {
            $( $(#[$inner:meta])* $variant:ident = $code:literal, $label:literal; )+
        }
    ) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$inner])* $variant, )+
        }

        impl $name {
            /// Every value, in the order in which the screen lists them.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The stable Dutch code that is stored and sent.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }

            /// The Dutch name people see.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $label, )+ }
            }

            /// The value with this exact code, if there is one.
            pub fn parse(code: &str) -> Option<Self> {
                match code { $( $code => Some(Self::$variant), )+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}
