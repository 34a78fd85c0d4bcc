//! What a template makes, in words, as far as its actions tell before anybody has answered anything.

use super::TemplateEntity;

/// What actions make, by the beginning and the end of their ids; the first that fits counts.
const MADE: [(&str, &str, &str); 22] = [
    ("publish:", ":pull-request", "a pull request"),
    ("publish:", ":merge-request", "a merge request"),
    ("publish:", "", "a repository"),
    ("github:repo:create", "", "a repository"),
    ("catalog:register", "", "an entry in the catalog"),
    ("github:actions:dispatch", "", "a pipeline run"),
    ("gitlab:pipeline:trigger", "", "a pipeline run"),
    ("bitbucket:pipelines:run", "", "a pipeline run"),
    (
        "github:",
        "branch-protection:create",
        "protection of a branch",
    ),
    (
        "gitea:",
        "branch-protection:create",
        "protection of a branch",
    ),
    ("github:webhook", "", "a webhook"),
    ("gitea:webhook", "", "a webhook"),
    ("gitea:secret:create", "", "a secret of the repository"),
    ("gitea:team:access", "", "access for a team"),
    ("github:environment:create", "", "an environment"),
    ("github:deployKey:create", "", "a deploy key"),
    ("github:issues:", "", "an issue"),
    ("gitlab:issues:", "", "an issue"),
    ("gitlab:", "", "settings on GitLab"),
    ("kube:", "", "resources in a cluster"),
    ("argocd:", "", "an application in Argo CD"),
    ("notification:send", "", "a notification"),
];

/// What a template makes: `a repository and an entry in the catalog`; empty if its actions do not tell.
#[must_use]
pub fn makes(template: &TemplateEntity) -> String {
    let mut made: Vec<&str> = Vec::new();
    for step in &template.steps {
        let fits = |(begin, end, _): &&(&str, &str, &str)| {
            step.action.starts_with(begin) && step.action.ends_with(end)
        };
        let found = MADE.iter().find(fits).map(|(.., words)| *words);
        made.extend(found.filter(|words| !made.contains(words)));
    }
    match made.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{TemplateEntity, makes};

    #[test]
    fn actions_tell_what_is_made_once_each() {
        let made = |actions: &[&str]| {
            let steps: Vec<_> = actions.iter().map(|id| json!({"action": id})).collect();
            let template = json!({
                "apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template",
                "metadata": {"name": "t"}, "spec": {"type": "x", "steps": steps},
            });
            makes(&TemplateEntity::read(&template).expect("a template"))
        };
        assert_eq!(made(&["fetch:template", "debug:log"]), "");
        assert_eq!(made(&["publish:github"]), "a repository");
        assert_eq!(
            made(&[
                "publish:gitea",
                "publish:gitea",
                "publish:github:pull-request",
                "catalog:register"
            ]),
            "a repository, a pull request and an entry in the catalog"
        );
    }
}
