//! Which control answers a question: by `ui:field`, `ui:widget`, then the schema's type.

use serde_json::Value;

use super::{
    MAX_ITEMS,
    build::{Builder, Spot},
    field::{Control, Look, TextKind},
    options::{self, choices, constants, plain, yes_and_no},
    picker::Picker,
    pointer::below,
    repo_url::{RepoUrl, RepoUrlOptions},
    ui::Ui,
};

/// More choices than these are a list to open.
const MAX_RADIOS: usize = 3;
/// Lines of a text that does not say how many.
const ROWS: u64 = 5;

/// The control of a field, and what the portal has to say about it. The schema's references are followed.
pub(super) fn control(builder: &Builder<'_>, schema: &Value, spot: &Spot) -> (Control, String) {
    let ui = Ui::of(schema);
    if ui.text("widget") == "hidden" {
        let fixed = spot
            .default
            .clone()
            .or_else(|| schema.get("const").cloned());
        return (Control::Hidden(fixed), String::new());
    }
    let field = ui.text("field");
    if let Some(found) = standard(builder, schema, spot, field) {
        return (found, credentials(ui));
    }
    if let (Some(fixed), None) = (schema.get("const"), schema.get("enum")) {
        return (Control::Hidden(Some(fixed.clone())), String::new());
    }
    let note = match field {
        "" => String::new(),
        other => format!(
            "The template asks this with a field of its own, `{other}`, which this portal does not have: answer it as it stands."
        ),
    };
    (plain_control(builder, schema, spot), note)
}

/// The standard fields of Backstage.
fn standard(builder: &Builder<'_>, schema: &Value, spot: &Spot, field: &str) -> Option<Control> {
    let ui = Ui::of(schema);
    match field {
        "" => None,
        "Secret" => Some(Control::Secret {
            is_kept: builder.keeps_secret(&spot.pointer),
        }),
        "RepoUrlPicker" => Some(Control::RepoUrl {
            url: RepoUrl::parse(&text(builder, spot)),
            options: RepoUrlOptions::of(ui),
        }),
        "MultiEntityPicker" | "EntityTagsPicker" if schema["type"] != "string" => {
            Some(list(builder, schema, spot))
        }
        other => Picker::of(other, ui).map(|picker| Control::Pick {
            picker,
            value: text(builder, spot),
            placeholder: ui.text("placeholder").to_owned(),
        }),
    }
}

/// What is to be said where a template wants the user's own token of a host.
fn credentials(ui: Ui<'_>) -> String {
    if ui.option("requestUserCredentials").is_none() {
        return String::new();
    }
    "The template would use your own account on the host. Signing in to hosts is not possible here yet: the token of the portal is used."
        .to_owned()
}

fn plain_control(builder: &Builder<'_>, schema: &Value, spot: &Spot) -> Control {
    let ui = Ui::of(schema);
    let widget = ui.text("widget");
    if let Some(constants) = constants(schema) {
        return chosen(builder, spot, constants, widget);
    }
    match kind_of(schema) {
        "boolean" if matches!(widget, "radio" | "select") => {
            chosen(builder, spot, yes_and_no(schema), widget)
        }
        "boolean" => Control::Check {
            is_checked: builder.shown(spot) == Some(Value::Bool(true)),
            says_no: spot.is_required || builder.shown(spot).is_some() || spot.default.is_some(),
        },
        "object" if has_fields(schema) => Control::Group(builder.group(schema, spot)),
        "array" if is_choice_of_many(schema) => Control::Choice {
            look: Look::Checkboxes,
            options: choices(
                constants(&schema["items"]).unwrap_or_default(),
                &builder.shown(spot).map(listed).unwrap_or_default(),
            ),
        },
        "array" if schema["items"].is_object() || schema["items"].is_array() => {
            list(builder, schema, spot)
        }
        "object" | "array" => area(builder, schema, spot, TextKind::Yaml),
        _ if options::variants(schema).is_some() => variants(builder, schema, spot),
        "number" => line(builder, schema, spot, TextKind::Number),
        "integer" => line(builder, schema, spot, TextKind::Integer),
        _ if widget == "textarea" => area(builder, schema, spot, TextKind::Text),
        _ if widget == "password" => Control::Password {
            is_kept: builder.shown(spot).is_some(),
        },
        _ => line(builder, schema, spot, text_kind(schema, widget)),
    }
}

/// The type of an answer: the first that is not `null`, else what the schema looks like.
pub(super) fn kind_of(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str);
            kinds.find(|kind| *kind != "null").unwrap_or("string")
        }
        _ if schema.get("properties").is_some() => "object",
        _ if schema.get("items").is_some() => "array",
        _ => "string",
    }
}

fn has_fields(schema: &Value) -> bool {
    let has_properties = schema["properties"]
        .as_object()
        .is_some_and(|all| !all.is_empty());
    has_properties || options::variants(schema).is_some()
}

fn is_choice_of_many(schema: &Value) -> bool {
    let is_asked = schema["uniqueItems"] == true || Ui::of(schema).text("widget") == "checkboxes";
    is_asked && constants(&schema["items"]).is_some()
}

fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        one => vec![one],
    }
}

fn text_kind(schema: &Value, widget: &str) -> TextKind {
    match (widget, schema["format"].as_str().unwrap_or_default()) {
        ("date", _) | (_, "date") => TextKind::Date,
        ("email", _) | (_, "email" | "idn-email") => TextKind::Email,
        ("uri", _) | (_, "uri" | "iri" | "url") => TextKind::Url,
        _ => TextKind::Text,
    }
}

fn text(builder: &Builder<'_>, spot: &Spot) -> String {
    let shown = builder.shown(spot);
    shown.as_ref().map(plain).unwrap_or_default()
}

fn line(builder: &Builder<'_>, schema: &Value, spot: &Spot, kind: TextKind) -> Control {
    Control::Text {
        kind,
        value: text(builder, spot),
        placeholder: Ui::of(schema).text("placeholder").to_owned(),
    }
}

fn area(builder: &Builder<'_>, schema: &Value, spot: &Spot, kind: TextKind) -> Control {
    let ui = Ui::of(schema);
    let rows = ui.option("rows").and_then(Value::as_u64).unwrap_or(ROWS);
    let value = match (kind, builder.shown(spot)) {
        (_, None) => String::new(),
        (_, Some(Value::String(text))) => text,
        // JSON is YAML, too.
        (_, Some(other)) => serde_json::to_string_pretty(&other).unwrap_or_default(),
    };
    Control::Area {
        kind,
        value,
        placeholder: ui.text("placeholder").to_owned(),
        rows: rows.clamp(2, 40),
    }
}

fn chosen(
    builder: &Builder<'_>,
    spot: &Spot,
    constants: Vec<(Value, String)>,
    widget: &str,
) -> Control {
    let answer = builder.shown(spot);
    // Whoever may leave it empty must be able to empty it again.
    let is_always_answered = spot.is_required || spot.default.is_some();
    let look = match widget {
        "radio" => Look::Radio,
        "" if constants.len() <= MAX_RADIOS && is_always_answered => Look::Radio,
        _ => Look::Select,
    };
    Control::Choice {
        look,
        options: choices(constants, answer.as_slice()),
    }
}

fn variants(builder: &Builder<'_>, schema: &Value, spot: &Spot) -> Control {
    let options = builder.followed(options::variants(schema).unwrap_or_default());
    let chosen = builder.choice(&options, spot);
    let inner = Spot {
        name: spot.name.clone(),
        pointer: spot.pointer.clone(),
        default: spot.default.clone(),
        is_required: spot.is_required,
        steers: false,
    };
    let option = options.get(chosen).cloned().unwrap_or_default();
    Control::Variants {
        fields: builder.field(&option, &inner).into_iter().collect(),
        options: options::choices_among(&options, chosen),
    }
}

fn list(builder: &Builder<'_>, schema: &Value, spot: &Spot) -> Control {
    let ui = Ui::of(schema);
    let count = builder.places(schema, spot);
    let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX);
    let fixed = match &schema["items"] {
        Value::Array(each) if !schema["additionalItems"].is_object() => Some(each.len()),
        _ => None,
    };
    // A first place to answer in, where an answer is a line and not a form of its own.
    let wants_place = count == 0 && !is_form(&schema["items"]);
    let count = fixed.unwrap_or(count + usize::from(wants_place));
    let shown = builder.shown(spot).map(listed).unwrap_or_default();
    let items = (0..count).filter_map(|index| {
        let inner = Spot {
            pointer: below(&spot.pointer, &index.to_string()),
            name: format!("{} {}", item_name(schema, spot), index + 1),
            default: shown.get(index).filter(|item| !item.is_null()).cloned(),
            is_required: false,
            steers: false,
        };
        builder.field(&item_schema(schema, index), &inner)
    });
    Control::List {
        items: items.collect(),
        can_add: fixed.is_none()
            && ui.option("addable") != Some(&Value::Bool(false))
            && count < usize::try_from(most).unwrap_or(usize::MAX).min(MAX_ITEMS),
        can_remove: fixed.is_none() && ui.option("removable") != Some(&Value::Bool(false)),
    }
}

fn is_form(items: &Value) -> bool {
    matches!(kind_of(items), "object" | "array")
}

fn item_name(schema: &Value, spot: &Spot) -> String {
    let title = schema["items"]["title"].as_str();
    let title = title.or_else(|| schema["title"].as_str());
    title.unwrap_or(&spot.name).to_owned()
}

/// The schema of one place of a list; those of the standard fields that pick several pick one in each place.
fn item_schema(schema: &Value, index: usize) -> Value {
    let item = match &schema["items"] {
        Value::Array(each) => each.get(index).unwrap_or(&schema["additionalItems"]),
        one => one,
    };
    let field = Ui::of(schema).text("field");
    if !matches!(field, "MultiEntityPicker" | "EntityTagsPicker") {
        let mut item = item.clone();
        if let Some(map) = item.as_object_mut() {
            map.shift_remove("title");
        }
        return item;
    }
    let mut picked = serde_json::json!({"type": "string", "ui:field": field});
    for key in ["ui:options", "ui:placeholder"] {
        if let Some(found) = schema.get(key) {
            picked[key] = found.clone();
        }
    }
    picked
}
