//! The parts of Bitbucket Data Center beside its REST API 1.0, such as `rest/git-lfs` and `rest/branch-utils`.

use serde_json::Value;
use url::Url;

use crate::forge::{ApiCall, Result, api, call::Call, client::HostClient};

/// Where the API of the configuration ends, as Bitbucket has it.
const API: &str = "/rest/api/1.0";

/// The same call to a part beside the API, such as `/rest/branch-utils/1.0`.
pub(super) fn moved<'a>(call: Call<'a>, part: &str) -> Result<Call<'a>> {
    let url = call.url().as_str().replacen(API, part, 1);
    let url = Url::parse(&url).unwrap_or_else(|_| call.url().clone());
    call.moved_to(url)
}

/// Makes a call; a path that begins with `rest` counts from the host, any other from the API.
pub(super) async fn send(client: &HostClient, call: &ApiCall) -> Result<Value> {
    let sent = api::prepared(client, call);
    let sent = match call.path.first().map(String::as_str) {
        Some("rest") => moved(sent, "")?,
        _ => sent,
    };
    api::answer(sent).await
}
