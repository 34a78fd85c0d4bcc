//! From a search to its results.

use tantivy::{
    DocAddress, Order, Searcher, TantivyDocument, Term,
    collector::{Count, TopDocs},
    query::{
        AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, FuzzyTermQuery,
        Occur, Query, TermQuery,
    },
    schema::{Field, IndexRecordOption, Value as _},
};

use super::{
    SearchRequest,
    index::{Fields, SOFTWARE_CATALOG, fact},
    words::{fold, words},
};
use crate::error::{Error, Result};

/// Further words are left out.
const MAX_WORDS: usize = 12;
/// Nobody pages further.
const MAX_RESULTS: usize = 10_000;

// What a match is worth. A better kind of match outweighs any number of worse ones.
const NAME_IS_TERM: f32 = 100_000.0;
const NAME_BEGINS_WITH_TERM: f32 = 20_000.0;
const NAME_HAS_WORD: f32 = 1_000.0;
const NAME_HAS_PREFIX: f32 = 400.0;
const BODY_HAS_WORD: f32 = 30.0;
const BODY_HAS_PREFIX: f32 = 10.0;
const NAME_HAS_TYPO: f32 = 1.0;
const BODY_HAS_TYPO: f32 = 0.1;

type Clauses = Vec<(Occur, Box<dyn Query>)>;

/// The refs of a page of what is found, and how much is found in all.
pub(super) fn find(
    searcher: &Searcher,
    fields: Fields,
    request: &SearchRequest,
) -> Result<(Vec<String>, usize)> {
    let is_catalog =
        request.types.is_empty() || request.types.iter().any(|kind| kind == SOFTWARE_CATALOG);
    if !is_catalog || request.offset >= MAX_RESULTS {
        return Ok((Vec::new(), 0));
    }
    let sought: Vec<String> = words(&request.term).into_iter().take(MAX_WORDS).collect();
    let mut clauses = filters(fields, request);
    let has_term = !sought.is_empty();
    if has_term {
        clauses.push((
            Occur::Must,
            Box::new(by_term(fields, &request.term, &sought)),
        ));
    } else {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    }
    let query = BooleanQuery::new(clauses);
    let page = TopDocs::with_limit(request.limit.clamp(1, MAX_RESULTS)).and_offset(request.offset);
    let (found, total): (Vec<DocAddress>, usize) = if has_term {
        let (found, total) = searcher
            .search(&query, &(page.order_by_score(), Count))
            .map_err(Error::internal)?;
        (
            found.into_iter().map(|(_, address)| address).collect(),
            total,
        )
    } else {
        let by_location = page.order_by_string_fast_field("id", Order::Asc);
        let (found, total) = searcher
            .search(&query, &(by_location, Count))
            .map_err(Error::internal)?;
        (
            found.into_iter().map(|(_, address)| address).collect(),
            total,
        )
    };
    let refs = found.into_iter().map(|address| {
        let stored: TantivyDocument = searcher.doc(address).map_err(Error::internal)?;
        let entity_ref = stored.get_first(fields.entity_ref);
        let entity_ref = entity_ref.and_then(|value| value.as_str());
        Ok(entity_ref.unwrap_or_default().to_owned())
    });
    Ok((refs.collect::<Result<_>>()?, total))
}

/// Every filter must hold; of its values one.
fn filters(fields: Fields, request: &SearchRequest) -> Clauses {
    let mut clauses: Clauses = Vec::new();
    for (key, values) in &request.filters {
        let any: Vec<Box<dyn Query>> = values
            .iter()
            .map(|value| worth(exactly(fields.facts, &fact(key, value)), 0.0))
            .collect();
        let one_of: Box<dyn Query> = if any.is_empty() {
            Box::new(EmptyQuery)
        } else {
            Box::new(DisjunctionMaxQuery::new(any))
        };
        clauses.push((Occur::Must, one_of));
    }
    clauses
}

/// Every word must be there in some way; a name that is the term, or begins with it, counts most.
fn by_term(fields: Fields, term: &str, sought: &[String]) -> BooleanQuery {
    let whole = fold(term);
    let mut clauses: Clauses = vec![
        (
            Occur::Should,
            worth(exactly(fields.names, &whole), NAME_IS_TERM),
        ),
        (
            Occur::Should,
            worth(beginning(fields.names, &whole), NAME_BEGINS_WITH_TERM),
        ),
    ];
    clauses.extend(
        sought
            .iter()
            .map(|word| (Occur::Must, by_word(fields, word))),
    );
    BooleanQuery::new(clauses)
}

fn by_word(fields: Fields, word: &str) -> Box<dyn Query> {
    let mut ways = vec![
        worth(exactly(fields.name_words, word), NAME_HAS_WORD),
        worth(beginning(fields.name_words, word), NAME_HAS_PREFIX),
        worth(beginning(fields.names, word), NAME_HAS_PREFIX),
        worth(exactly(fields.body_words, word), BODY_HAS_WORD),
        worth(beginning(fields.body_words, word), BODY_HAS_PREFIX),
    ];
    // Short words are one letter away from everything.
    let distance = match word.chars().count() {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    if distance > 0 {
        for (field, value) in [
            (fields.name_words, NAME_HAS_TYPO),
            (fields.body_words, BODY_HAS_TYPO),
        ] {
            let typo = FuzzyTermQuery::new(Term::from_field_text(field, word), distance, true);
            ways.push(worth(Box::new(typo), value));
        }
    }
    Box::new(DisjunctionMaxQuery::new(ways))
}

fn worth(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

fn exactly(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, text),
        IndexRecordOption::Basic,
    ))
}

fn beginning(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(FuzzyTermQuery::new_prefix(
        Term::from_field_text(field, text),
        0,
        true,
    ))
}
