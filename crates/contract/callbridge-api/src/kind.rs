//! The language that objects are declared in.

/// A kind of object.
#[derive(Debug)]
pub struct Kind {
    /// The collection's name in paths and lists, such as `coSpaces`.
    pub plural: &'static str,
    /// The element's name, such as `coSpace`.
    pub singular: &'static str,
    /// The collection that it lies within, such as `coSpaces` for `accessMethods`.
    pub parent: Option<&'static str>,
    /// Its fields, in the order in which they are shown.
    pub fields: &'static [Field],
    /// What must not be taken twice, and what it is found by.
    pub keys: &'static [Key],
    /// Query parameters that compare a field, beside `filter`.
    pub filters: &'static [Filter],
    /// The code for an id that is not there.
    pub missing: &'static str,
    /// What clients may do.
    pub operations: Operations,
    /// Objects on a page unless the client says otherwise.
    pub page: i64,
    /// How many there may be within one parent, and the code when there are more.
    pub most: Option<(i64, &'static str)>,
}

/// What clients may do with a kind; the rest is `invalidOperation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operations {
    /// Make, change, remove.
    All,
    /// Make and remove.
    CreateAndDelete,
    /// Nothing but read.
    ReadOnly,
}

/// A field of an object.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// What its values are.
    pub values: Values,
    /// Who may set it.
    pub access: Access,
    /// The value of an object that was made without it.
    pub default: Option<&'static str>,
    /// Whether an object can't be without it.
    pub required: bool,
    /// Whether lists show it.
    pub listed: bool,
    /// Whether it is shown as an empty element when it is not set.
    pub shown_empty: bool,
    /// Whether `filter` looks at it.
    pub searched: bool,
}

/// Who may set a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Clients, at any time.
    Free,
    /// Clients, when they make the object.
    AtCreation,
    /// Only the bridge itself.
    ReadOnly,
    /// Clients, and it is never shown.
    WriteOnly,
    /// Only the bridge itself, and it is never shown.
    Internal,
}

/// What a field's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Text of at most so many characters.
    Text(usize),
    /// `true` or `false`.
    Flag,
    /// A whole number within a range.
    Number(i64, i64),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// The id of an object: its collection's name, and the code when it is not there.
    Reference(&'static str, &'static str),
    /// The user part of a URI, kept in lower case.
    UriPart,
    /// Digits, at most so many.
    Digits(usize),
    /// `user@domain`, kept in lower case.
    Jid,
    /// An e-mail address, its domain kept in lower case.
    Email,
    /// A URL of one of these schemes.
    Url(&'static [&'static str]),
    /// A URI generator with one `$`.
    UriGenerator,
    /// How many objects of this collection lie within; never kept, never set.
    Count(&'static str),
}

/// A value that objects are found by.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// What the value is. Kinds that share a scope share its values.
    pub scope: &'static str,
    /// The fields whose values, put together, are the key. Without the first there is none.
    pub fields: &'static [&'static str],
    /// Who may have the same value.
    pub sharing: Sharing,
    /// The code when it is taken.
    pub taken: &'static str,
}

/// Who may have the same value of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// Nobody else.
    None,
    /// Objects of the same space: the space itself and what lies within.
    WithinOwner,
    /// Nobody else within the same parent.
    PerParent,
    /// Everybody: it only serves to find.
    All,
}

/// A query parameter that compares a field.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// The parameter's name.
    pub parameter: &'static str,
    /// What it compares.
    pub compares: Compares,
}

/// What a filter compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compares {
    /// A field that names another object.
    Reference(&'static str),
    /// A key's scope.
    Key(&'static str),
    /// Whether any object names this one: `referenced` or `unreferenced`.
    Usage,
}

impl Kind {
    /// The field of this name, in any case.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

/// A field that clients may set and that only single objects show; the methods below change that.
pub const fn field(name: &'static str, values: Values) -> Field {
    Field {
        name,
        values,
        access: Access::Free,
        default: None,
        required: false,
        listed: false,
        shown_empty: false,
        searched: false,
    }
}

/// A truth value.
pub const fn flag(name: &'static str) -> Field {
    field(name, Values::Flag)
}

/// Text of at most 200 characters.
pub const fn text(name: &'static str) -> Field {
    field(name, Values::Text(MAX_TEXT))
}

/// Longest text where nothing else is said, in characters.
pub const MAX_TEXT: usize = 200;

impl Field {
    /// Lists show it too.
    pub const fn listed(mut self) -> Self {
        self.listed = true;
        self
    }

    /// `filter` looks at it.
    pub const fn searched(mut self) -> Self {
        self.searched = true;
        self
    }

    /// No object can be without it.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Shown as an empty element when it is not set.
    pub const fn shown_empty(mut self) -> Self {
        self.shown_empty = true;
        self
    }

    /// Only the bridge sets it.
    pub const fn read_only(mut self) -> Self {
        self.access = Access::ReadOnly;
        self
    }

    /// Never shown.
    pub const fn write_only(mut self) -> Self {
        self.access = Access::WriteOnly;
        self
    }

    /// Only the bridge sets it, and it is never shown.
    pub const fn internal(mut self) -> Self {
        self.access = Access::Internal;
        self
    }

    /// Fixed once the object is made.
    pub const fn at_creation(mut self) -> Self {
        self.access = Access::AtCreation;
        self
    }

    /// The value of an object that was made without it.
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }
}
