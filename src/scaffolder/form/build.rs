//! A page's schema and the answers so far become fields.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::{
    MAX_ITEMS,
    answers::Answers,
    control::control,
    field::{Control, Field, FieldState, Review},
    options,
    pointer::{below, last, parts},
    resolve::Resolver,
    ui::Ui,
};

/// Fields of one page; what would be behind them is not asked.
const MAX_FIELDS: usize = 500;
/// Fields stand in each other so deep: schemas may go round in circles.
const MAX_DEPTH: usize = 7;
/// Rounds in which defaults may bring new fields with defaults of their own.
const MAX_ROUNDS: usize = 5;

/// Makes the fields of one page.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    page: &'a Value,
    resolver: Resolver<'a>,
    answers: &'a Answers,
    left: Cell<usize>,
}

/// Where a field stands, and what its schema does not say.
#[derive(Debug, Clone, Default)]
pub(super) struct Spot {
    pub(super) pointer: String,
    /// What it is called where its schema has no title.
    pub(super) name: String,
    /// The default that the outer schema gives it.
    pub(super) default: Option<Value>,
    pub(super) is_required: bool,
    pub(super) steers: bool,
}

impl<'a> Builder<'a> {
    pub(super) fn new(page: &'a Value, answers: &'a Answers) -> Self {
        Self {
            page,
            resolver: Resolver::new(page),
            answers,
            left: Cell::new(MAX_FIELDS),
        }
    }

    /// The fields of the page.
    pub(super) fn fields(&self) -> Vec<Field> {
        self.group(self.page, &Spot::default())
    }

    /// The fields of an object.
    pub(super) fn group(&self, schema: &Value, spot: &Spot) -> Vec<Field> {
        let (applying, _) = self.decided(schema, spot);
        let steering = self.resolver.steering(schema);
        let required = applying.get("required").cloned().unwrap_or_default();
        let required = required.as_array().cloned().unwrap_or_default();
        let properties = applying.get("properties").and_then(Value::as_object);
        let order = Ui::of(schema).texts("order");
        let names = ordered(properties.into_iter().flat_map(Map::keys), &order);
        let mut fields = Vec::new();
        for name in names {
            let Some(property) = properties.and_then(|all| all.get(name)) else {
                continue;
            };
            let inner = Spot {
                pointer: below(&spot.pointer, name),
                name: name.clone(),
                default: spot.default.as_ref().and_then(|all| all.get(name)).cloned(),
                is_required: required.iter().any(|one| one == name.as_str()),
                steers: steering.contains(name),
            };
            fields.extend(self.field(property, &inner));
        }
        fields.extend(self.variants(&applying, spot));
        fields
    }

    /// One field; `None` for one that is not asked.
    pub(super) fn field(&self, schema: &Value, spot: &Spot) -> Option<Field> {
        let is_deep = parts(&spot.pointer).count() > MAX_DEPTH;
        let left = self.left.get();
        if left == 0 || is_deep || Ui::of(schema).waits_for_feature() {
            return None;
        }
        self.left.set(left - 1);
        let nothing = Value::Null;
        let answer = self.answers.value(&spot.pointer).unwrap_or(&nothing);
        let schema = Value::Object(self.resolver.applying(schema, answer));
        let ui = Ui::of(&schema);
        if ui.waits_for_feature() {
            return None;
        }
        let spot = Spot {
            default: schema.get("default").or(spot.default.as_ref()).cloned(),
            ..spot.clone()
        };
        let (control, note) = control(self, &schema, &spot);
        let kept = || spot.default.clone();
        let state = match (ui.is("disabled"), ui.is("readonly")) {
            (true, _) => FieldState::Disabled(kept()),
            (_, true) => FieldState::ReadOnly(kept()),
            _ if schema["readOnly"] == true => FieldState::ReadOnly(kept()),
            _ => FieldState::Open,
        };
        Some(Field {
            label: label(&schema, &spot),
            description: described(&schema).to_owned(),
            help: ui.text("help").to_owned(),
            note,
            is_required: spot.is_required,
            is_focused: ui.is("autofocus"),
            steers: spot.steers,
            state,
            review: review(ui, &control),
            control,
            pointer: spot.pointer,
        })
    }

    /// The answer to show: the one given, else the default, unless it was asked and left empty.
    pub(super) fn shown(&self, spot: &Spot) -> Option<Value> {
        let given = self.answers.value(&spot.pointer).cloned();
        let was_asked = self.answers.progress.asked.contains(&spot.pointer);
        given.or_else(|| spot.default.clone().filter(|_| !was_asked))
    }

    /// Whether a secret is kept, by the name of its field.
    pub(super) fn keeps_secret(&self, pointer: &str) -> bool {
        self.answers.secrets.contains_key(&last(pointer))
    }

    /// Which of several possibilities is asked: the chosen one, else the first that the answer meets.
    pub(super) fn choice(&self, options: &[Value], spot: &Spot) -> usize {
        let chosen = self.answers.progress.choices.get(&spot.pointer);
        if let Some(chosen) = chosen.filter(|chosen| **chosen < options.len()) {
            return *chosen;
        }
        let answer = self.shown(spot).unwrap_or_default();
        let fits = |option: &Value| self.resolver.holds(option, &answer);
        let found = options.iter().position(fits);
        found.filter(|_| !answer.is_null()).unwrap_or(0)
    }

    /// Schemas with their references followed.
    pub(super) fn followed(&self, options: &[Value]) -> Vec<Value> {
        let follow = |option: &Value| self.resolver.applying(option, &Value::Null).into();
        options.iter().map(follow).collect()
    }

    /// How many places a list has, with room for a first answer.
    pub(super) fn places(&self, schema: &Value, spot: &Spot) -> usize {
        let shown = self.shown(spot);
        let given = shown.as_ref().and_then(Value::as_array).map(Vec::len);
        let least = schema["minItems"].as_u64().unwrap_or(0).min(20);
        let least = usize::try_from(least).unwrap_or(0);
        given.unwrap_or(0).max(least).min(MAX_ITEMS)
    }

    /// What of a schema applies to the answers.
    pub(super) fn applying(&self, schema: &Value, spot: &Spot) -> Map<String, Value> {
        self.decided(schema, spot).0
    }

    /// What of a schema applies to the answers, and the answers it was decided by: defaults count where nothing was
    /// asked yet.
    fn decided(&self, schema: &Value, spot: &Spot) -> (Map<String, Value>, Value) {
        let whole = Value::Object(self.answers.values.clone());
        let mut value = match spot.pointer.as_str() {
            "" => whole,
            pointer => self.answers.value(pointer).cloned().unwrap_or_default(),
        };
        for _ in 0..MAX_ROUNDS {
            let applying = self.resolver.applying(schema, &value);
            if !self.add_defaults(&applying, spot, &mut value) {
                return (applying, value);
            }
        }
        (self.resolver.applying(schema, &value), value)
    }

    fn add_defaults(&self, applying: &Map<String, Value>, spot: &Spot, value: &mut Value) -> bool {
        let properties = applying.get("properties").and_then(Value::as_object);
        let mut is_changed = false;
        for (name, property) in properties.into_iter().flatten() {
            let outer = spot.default.as_ref().and_then(|all| all.get(name));
            let inner = Spot {
                pointer: below(&spot.pointer, name),
                default: property.get("default").or(outer).cloned(),
                ..Spot::default()
            };
            let is_known = value.get(name).is_some_and(|known| !known.is_null());
            let Some(default) = self.shown(&inner).filter(|_| !is_known) else {
                continue;
            };
            if value.is_null() {
                *value = Value::Object(Map::new());
            }
            if let Some(map) = value.as_object_mut() {
                map.insert(name.clone(), default);
                is_changed = true;
            }
        }
        is_changed
    }

    /// The choice among several objects, beside the properties they have in common.
    fn variants(&self, applying: &Map<String, Value>, spot: &Spot) -> Option<Field> {
        let schema = Value::Object(applying.clone());
        let options = self.followed(options::variants(&schema)?);
        let asks = |option: &Value| option.get("properties").is_some();
        if !options.iter().any(asks) {
            return None;
        }
        let chosen = self.choice(&options, spot);
        Some(Field {
            pointer: spot.pointer.clone(),
            label: options::question(&schema, &spot.name),
            description: String::new(),
            help: String::new(),
            note: String::new(),
            is_required: true,
            is_focused: false,
            steers: true,
            state: FieldState::Open,
            review: Review::LeftOut,
            control: Control::Variants {
                fields: self.group(&options[chosen], spot),
                options: options::choices_among(&options, chosen),
            },
        })
    }
}

/// What is said about a field: `ui:description`, else the schema's.
pub(super) fn described(schema: &Value) -> &str {
    let own = schema["description"].as_str().unwrap_or_default();
    match Ui::of(schema).text("description") {
        "" => own.trim(),
        described => described.trim(),
    }
}

fn label(schema: &Value, spot: &Spot) -> String {
    let titles = [
        Ui::of(schema).text("title"),
        schema["title"].as_str().unwrap_or_default(),
    ];
    let title = titles.into_iter().find(|title| !title.trim().is_empty());
    title.unwrap_or(&spot.name).to_owned()
}

fn review(ui: Ui<'_>, control: &Control) -> Review {
    match (ui.review_mask(), control) {
        _ if ui.is_left_out_of_review() => Review::LeftOut,
        (Some(mask), _) => Review::Masked(mask.to_owned()),
        (None, Control::Secret { .. } | Control::Password { .. }) => {
            Review::Masked("••••••••".to_owned())
        }
        _ => Review::Shown,
    }
}

/// Names in the order of `ui:order`; `*` stands for those it does not name, which otherwise come last.
fn ordered<'n>(names: impl Iterator<Item = &'n String>, order: &[String]) -> Vec<&'n String> {
    let mut names: Vec<&String> = names.collect();
    let rest = order.iter().position(|name| name == "*");
    let place = |name: &&String| {
        let own = order.iter().position(|other| other == *name);
        own.or(rest).unwrap_or(order.len())
    };
    names.sort_by_key(place);
    names
}
