//! The properties of entities that the list is narrowed and ordered by.

/// A property by which the list can be narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Facet {
    /// `spec.type`
    Type,
    /// Who owns it.
    Owner,
    /// `spec.lifecycle`
    Lifecycle,
    /// `metadata.tags`
    Tag,
}

impl Facet {
    /// In the order of the panel.
    pub(super) const ALL: [Self; 4] = [Self::Owner, Self::Type, Self::Lifecycle, Self::Tag];

    /// Its name in the address.
    pub(super) fn param(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Owner => "owner",
            Self::Lifecycle => "lifecycle",
            Self::Tag => "tag",
        }
    }

    /// Its name on the page.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Type => "Type",
            Self::Owner => "Owner",
            Self::Lifecycle => "Lifecycle",
            Self::Tag => "Tag",
        }
    }

    /// The key of the search index.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Type => "spec.type",
            Self::Owner => "relations.ownedby",
            Self::Lifecycle => "spec.lifecycle",
            Self::Tag => "metadata.tags",
        }
    }
}

/// A column to order by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// `metadata.name`
    Name,
    /// The kind; only where several are listed.
    Kind,
    /// The first owner.
    Owner,
    /// `spec.type`
    Type,
    /// `spec.lifecycle`
    Lifecycle,
}

impl Column {
    pub(super) const ALL: [Self; 5] = [
        Self::Name,
        Self::Kind,
        Self::Owner,
        Self::Type,
        Self::Lifecycle,
    ];

    /// Its name in the address.
    pub(super) fn param(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Owner => "owner",
            Self::Type => "type",
            Self::Lifecycle => "lifecycle",
        }
    }

    /// The key of the search index.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Name => "metadata.name",
            Self::Kind => "kind",
            Self::Owner => Facet::Owner.field(),
            Self::Type => Facet::Type.field(),
            Self::Lifecycle => Facet::Lifecycle.field(),
        }
    }
}
