//! The fields of forms as pages show them: standard ones with what they offer, and those nobody knows.

use std::fmt::Write as _;

use axum::http::StatusCode;

use super::{asking, led_to, look, names};
use crate::support::runs::portal;

const FORM: &str = "/create/default/asking";

const CATALOG: &str = "\
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: gates, title: Gates & Doors}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: sales, tags: [money]}
spec: {owner: gates}
";

const FIELDS: &str = "    - title: All of them
      properties:
        owner: {type: string, ui:field: OwnerPicker}
        system: {type: string, ui:field: EntityPicker, ui:options: {allowArbitraryValues: false, catalogFilter: {kind: System}}}
        name: {type: string, ui:field: EntityNamePicker}
        mine: {type: string, ui:field: MyGroupsPicker}
        owned: {type: string, ui:field: OwnedEntityPicker}
        many: {type: array, ui:field: MultiEntityPicker}
        tags: {type: array, ui:field: EntityTagsPicker}
        repoUrl: {type: string, ui:field: RepoUrlPicker, ui:options: {allowedHosts: [github.com], requestUserCredentials: {secretsKey: USER_OAUTH_TOKEN}}}
        org: {type: string, ui:field: RepoOwnerPicker}
        branch: {type: string, ui:field: RepoBranchPicker}
        token: {type: string, ui:field: Secret}
        strange: {type: string, ui:field: HostPicker, ui:help: 'See [this](https://x.example)'}
        text: {type: string, ui:widget: textarea, ui:options: {rows: 7}}
        kind: {type: string, enum: [a, b, c, d], enumNames: [Ah, Beh, Ceh, Deh]}
        day: {type: string, format: date}
        fixed: {type: string, ui:readonly: true, default: f}
        seen: {type: string, ui:widget: hidden, default: h}
        people: {type: array, items: {type: object, properties: {name: {type: string}}}}
        free: {type: object}
";

#[tokio::test]
async fn every_standard_field_is_asked_and_unknown_ones_say_so() {
    let app = portal(&format!("{}{CATALOG}", asking(FIELDS)))
        .start()
        .await;
    let page = app.get(FORM).await;
    let html = page.text();
    for expected in [
        "<option value=\"group:default/gates\" label=\"Gates &#38; Doors\">",
        "<select class=\"input\" id=\"f--system\"",
        "<option value=\"system:default/sales\">sales</option>",
        "<option value=\"money\">",
        "name=\"owner:/repoUrl\"",
        "the token of the portal is used",
        "type=\"password\"",
        "<code>HostPicker</code>",
        "<a href=\"https://x.example\" rel=\"noreferrer\">this</a>",
        "rows=\"7\"",
        ">Beh</option>",
        "type=\"date\"",
        "value=\"f\"",
        "value=\"add:/people\"",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    assert!(
        !names(html).iter().any(|name| name == "/seen"),
        "what is hidden is not there"
    );
    assert!(!html.contains(" style=\"") && !html.contains("<script>"));
}

#[tokio::test]
async fn every_standard_field_is_answered_and_looked_through() {
    let app = portal(&format!("{}{CATALOG}", asking(FIELDS)))
        .start()
        .await;
    let sent = [
        ("/owner", "gates"),
        ("/system", "system:default/sales"),
        ("/many", ""),
        ("/many/0", "system:default/sales"),
        ("/tags", ""),
        ("/tags/0", "money"),
        ("host:/repoUrl", "github.com"),
        ("owner:/repoUrl", "acme"),
        ("repo:/repoUrl", "shop"),
        ("/fixed", "changed"),
        ("/kind", "b"),
    ];
    let review = led_to(&app.submit(FORM, &sent).await);
    let reviewed = app.get(&review).await;
    let html = reviewed.text();
    for expected in [
        "The portal has no token for github.com",
        "group:default/gates",
        "acme/shop on github.com",
        ">Beh<",
        "<dd>f</dd>",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    let unknown = [
        ("/system", "system:default/nope"),
        ("host:/repoUrl", "gitlab.com"),
        ("repo:/repoUrl", "x"),
    ];
    let refused = app.submit(FORM, &unknown).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .text()
            .contains("The host must be one of github.com.")
    );
    assert!(refused.text().contains("Choose one that is offered"));
}

#[tokio::test]
async fn of_a_big_catalog_some_is_offered_and_the_rest_is_found_by_typing() {
    let mut catalog = asking(
        "    - properties:\n        part: {type: string, ui:field: EntityPicker, ui:options: {catalogFilter: {kind: Component}}}\n",
    );
    for number in 0..300 {
        write!(
            catalog,
            "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: part-{number:03}}}\nspec: {{type: service, lifecycle: production, owner: x}}\n"
        )
        .expect("a string can be written");
    }
    let app = portal(&catalog).start().await;
    let page = app.get(FORM).await;
    assert_eq!(
        page.text().matches("<option value=\"component:").count(),
        50
    );
    let typed = [("page", "0"), ("/part", "part-29"), ("offers", "f--part")];
    let found = look(&app, &format!("{FORM}/look"), "f--part-offers", &typed).await;
    assert_eq!(
        found.text().matches("<option").count(),
        10,
        "{}",
        found.text()
    );
    let free = [("/part", "component:default/part-123")];
    led_to(&app.submit(FORM, &free).await);
}
