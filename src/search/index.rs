//! The index: what is in it, and bringing it up to date.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use serde_json::Value;
use tantivy::{
    Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term,
    schema::{
        FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
    },
    tokenizer::{TextAnalyzer, WhitespaceTokenizer},
};

use super::{
    SearchPage, SearchRequest, SearchResult,
    collate::collate,
    highlight::highlight,
    query,
    words::{fold, words},
};
use crate::{
    catalog::Catalog,
    clock::new_id,
    error::{Error, Result},
    store::{Change, StoredEntity},
};

/// Of the one thread that writes.
const WRITER_HEAP_BYTES: usize = 15_000_000;
const WORDS: &str = "words";
/// The type of everything that is indexed so far.
pub(super) const SOFTWARE_CATALOG: &str = "software-catalog";

/// The fields of a document in the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// Location of the document: one document each, and the order of everything.
    pub(super) id: Field,
    /// Ref of the entity, by which the catalog has what is answered.
    pub(super) entity_ref: Field,
    /// Name and title, whole.
    pub(super) names: Field,
    /// Words of name and title.
    pub(super) name_words: Field,
    /// Words of all other fields.
    pub(super) body_words: Field,
    /// `field=value` for every field but the description, in lower case.
    pub(super) facts: Field,
}

/// The index. Cheap to clone.
#[derive(Clone)]
pub struct SearchIndex {
    inner: Arc<Inner>,
}

struct Inner {
    catalog: Catalog,
    fields: Fields,
    writer: Mutex<Writer>,
    reader: IndexReader,
    is_ready: AtomicBool,
    /// Around what was found: `<id>` and `</id>`.
    tag: String,
}

struct Writer {
    index: Index,
    /// Made for the first change: its queue takes more memory than a small index.
    writer: Option<IndexWriter>,
    /// Hashes of the refs that were ever indexed: taking out what was never in costs memory until the next merge.
    indexed: HashSet<u64>,
    hasher: RandomState,
}

impl SearchIndex {
    /// An empty index in memory. It holds words; documents are read from `catalog`.
    pub fn new(catalog: Catalog) -> Result<Self> {
        let mut schema = Schema::builder();
        let word_field = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(WORDS)
                .set_index_option(IndexRecordOption::Basic)
                .set_fieldnorms(false),
        );
        let fields = Fields {
            id: schema.add_text_field("id", STRING | FAST),
            entity_ref: schema.add_text_field("entity_ref", STRING | STORED),
            names: schema.add_text_field("names", STRING),
            name_words: schema.add_text_field("name_words", word_field.clone()),
            body_words: schema.add_text_field("body_words", word_field),
            facts: schema.add_text_field("facts", STRING),
        };
        let index = Index::create_in_ram(schema.build());
        index
            .tokenizers()
            .register(WORDS, TextAnalyzer::from(WhitespaceTokenizer::default()));
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(Error::internal)?;
        let inner = Inner {
            catalog,
            fields,
            writer: Mutex::new(Writer {
                index,
                writer: None,
                indexed: HashSet::new(),
                hasher: RandomState::new(),
            }),
            reader,
            is_ready: AtomicBool::new(false),
            tag: new_id(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Takes changes in; they are found after [`SearchIndex::publish`]. Blocking.
    pub fn apply(&self, changes: &[Change]) -> Result<()> {
        let mut writer = self.writer();
        let Writer {
            index,
            writer,
            indexed,
            hasher,
        } = &mut *writer;
        let writer = match writer {
            Some(writer) => writer,
            None => {
                let made = index.writer_with_num_threads(1, WRITER_HEAP_BYTES);
                writer.insert(made.map_err(Error::internal)?)
            }
        };
        for change in changes {
            let entity_ref = match change {
                Change::Put(stored) => &stored.entity_ref,
                Change::Gone(entity_ref) => entity_ref,
            };
            if !indexed.insert(hasher.hash_one(entity_ref.as_str())) {
                writer.delete_term(Term::from_field_text(
                    self.inner.fields.entity_ref,
                    entity_ref.as_str(),
                ));
            }
            if let Change::Put(stored) = change
                && let Some(document) = self.document(stored)
            {
                let added = writer.add_document(document);
                added.map_err(Error::internal)?;
            }
        }
        Ok(())
    }

    /// Makes everything taken in so far findable. Blocking, some milliseconds.
    pub fn publish(&self) -> Result<()> {
        if let Some(writer) = &mut self.writer().writer {
            writer.commit().map_err(Error::internal)?;
            self.inner.reader.reload().map_err(Error::internal)?;
        }
        self.inner.is_ready.store(true, Ordering::Release);
        Ok(())
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        let writer = self.inner.writer.lock();
        writer.unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has caught up with the catalog once.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.inner.is_ready.load(Ordering::Acquire)
    }

    /// Searches. Blocking, milliseconds.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchPage> {
        let (found, total) =
            query::find(&self.inner.reader.searcher(), self.inner.fields, request)?;
        let entities: Vec<Option<Bytes>> = {
            let catalog = self.inner.catalog.read();
            found.iter().map(|found| catalog.entity(found)).collect()
        };
        let (pre_tag, post_tag) = (
            format!("<{}>", self.inner.tag),
            format!("</{}>", self.inner.tag),
        );
        let result = |(index, json): (usize, Option<Bytes>)| {
            // What has gone from the catalog goes from the index in a moment.
            let entity: Value = serde_json::from_slice(&json?).ok()?;
            let (document, _) = collate(&entity);
            Some(SearchResult {
                kind: SOFTWARE_CATALOG.to_owned(),
                highlight: highlight(&document, &request.term, &pre_tag, &post_tag),
                document,
                rank: request.offset + index + 1,
                pre_tag: pre_tag.clone(),
                post_tag: post_tag.clone(),
            })
        };
        let results = entities
            .into_iter()
            .enumerate()
            .filter_map(result)
            .collect();
        Ok(SearchPage { results, total })
    }

    fn document(&self, stored: &StoredEntity) -> Option<TantivyDocument> {
        let entity: Value = serde_json::from_str(&stored.document).ok()?;
        let fields = self.inner.fields;
        let (collated, name) = collate(&entity);
        let text = |key: &str| {
            collated
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let mut document = TantivyDocument::default();
        document.add_text(fields.id, text("location"));
        document.add_text(fields.entity_ref, stored.entity_ref.as_str());
        document.add_text(fields.names, fold(&name));
        if text("title") != name {
            document.add_text(fields.names, fold(text("title")));
        }
        document.add_text(
            fields.name_words,
            words(&format!("{name} {}", text("title"))).join(" "),
        );
        let tags = entity["metadata"]["tags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let body: Vec<&str> = ["text", "kind", "type", "owner", "lifecycle", "namespace"]
            .into_iter()
            .map(text)
            .chain(tags)
            .collect();
        document.add_text(fields.body_words, words(&body.join(" ")).join(" "));
        for (key, value) in collated.iter().filter(|(key, _)| *key != "text") {
            document.add_text(fields.facts, fact(key, value.as_str().unwrap_or_default()));
        }
        document.add_text(fields.facts, fact("name", &name));
        Some(document)
    }
}

/// A field and a value, as a filter finds them.
pub(super) fn fact(key: &str, value: &str) -> String {
    format!("{key}={}", value.to_lowercase())
}
