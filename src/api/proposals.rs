//! `/api/callboard/proposals`: changes of descriptors as pull requests.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json as value;

use crate::{
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Call, author, committer, json},
    ingest::Proposal,
};

/// `GET /proposals/draft?entityRef=…`: the document of an entity as it is at its host now.
pub(super) async fn draft(state: AppState, call: Call) -> Result<Response> {
    let query = call.query(&["entityRef"])?;
    let entity_ref = query.one("entityRef").ok_or_else(|| {
        Error::Input("request/query must have required property 'entityRef'".to_owned())
    })?;
    let draft = state.ingest.draft(&parsed(entity_ref)?).await?;
    let body = value!({
        "entityRef": draft.entity_ref,
        "locationRef": draft.location.to_string(),
        "branch": draft.branch,
        "revision": draft.revision,
        "blob": draft.blob,
        "line": draft.first_line,
        "document": draft.document(),
    });
    Ok(json(body.to_string().into(), &call.headers))
}

/// `POST /proposals` with `{entityRef, document, title, description, blob, dryRun}`: checks the document and opens
/// a pull request with it. The same proposal again finds the one that is open.
pub(super) async fn propose(state: AppState, call: Call) -> Result<Response> {
    let body = call.json()?;
    let entity_ref = parsed(body.required_text("entityRef")?)?;
    let draft = state.ingest.draft(&entity_ref).await?;
    if body.text("blob")?.is_some_and(|blob| blob != draft.blob) {
        return Err(Error::Conflict(
            "The file has changed since it was read. Ask for the draft again.".to_owned(),
        ));
    }
    let document = body.required_text("document")?;
    if body.get("dryRun") == Some(&value!(true)) {
        let review = state.ingest.review(&draft, document).await?;
        let body = value!({
            "good": review.is_good(),
            "changed": review.is_changed,
            "diagnostics": review.diagnostics,
        });
        return Ok(json(body.to_string().into(), &call.headers));
    }
    let proposal = Proposal {
        document: document.to_owned(),
        title: body.required_text("title")?.to_owned(),
        description: body.text("description")?.unwrap_or_default().to_owned(),
        author: author(&state, &call.viewer),
        committer: committer(&state),
    };
    if proposal.title.trim().is_empty() || proposal.title.contains('\n') {
        return Err(Error::Input(
            "request/body/title must be one line".to_owned(),
        ));
    }
    let opened = state.ingest.propose(&draft, &proposal).await?;
    let body = value!({
        "number": opened.number,
        "url": opened.web_url,
        "branch": opened.head,
        "base": opened.base,
        "author": proposal.author,
    });
    let mut answer = json(body.to_string().into(), &call.headers).into_response();
    *answer.status_mut() = StatusCode::CREATED;
    Ok(answer)
}

fn parsed(written: &str) -> Result<EntityRef> {
    EntityRef::parse(written, None, "default").map_err(Error::Input)
}
