//! Sentences of a plan as people say them: expressions that name an answer or an output become words.

/// A sentence in words. `step` calls a step by its id, `answer` a question by its name, where it knows one; what is
/// neither stays an expression.
pub(super) fn in_words(
    text: &str,
    step: impl Fn(&str) -> String,
    answer: impl Fn(&str) -> Option<String>,
) -> String {
    let mut told = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let Some((inside, behind)) = after.split_once("}}") else {
            break;
        };
        told.push_str(before);
        match said(inside.trim(), &step, &answer) {
            Some(words) => told.push_str(&words),
            None => told.extend(["${{", inside, "}}"]),
        }
        rest = behind;
    }
    told + rest
}

fn said(
    expression: &str,
    step: impl Fn(&str) -> String,
    answer: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let is_path = expression
        .chars()
        .all(|letter| letter.is_alphanumeric() || "_-.[]'\"".contains(letter));
    if !is_path {
        return None;
    }
    if let Some(path) = expression.strip_prefix("parameters") {
        let name = path.trim_matches(['.', '[', ']', '\'', '"']);
        let name = name.split(['.', '[']).next().unwrap_or_default();
        return answer(name).map(|title| format!("“{title}”"));
    }
    let path = expression.strip_prefix("steps")?;
    let (id, output) = path.split_once(".output.").unwrap_or((path, "output"));
    let id = id.trim_matches(['.', '[', ']', '\'', '"']);
    Some(format!("the {output} of “{}”", step(id)))
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn answers_and_outputs_are_named_and_not_written_as_expressions() {
        let step = |id: &str| format!("<{id}>");
        let answer = |name: &str| (name == "name").then(|| "The name".to_owned());
        for (text, expected) in [
            (
                "Registers ${{ steps.publish.output.repoContentsUrl }} in the catalog.",
                "Registers the repoContentsUrl of “<publish>” in the catalog.",
            ),
            (
                "${{ steps['my-repo'].output.url }}",
                "the url of “<my-repo>”",
            ),
            ("Makes ${{parameters.name}} and b", "Makes “The name” and b"),
            ("${{ parameters['name'] }}", "“The name”"),
            ("${{ parameters.other }}", "${{ parameters.other }}"),
            ("Costs ${{ 5 }}", "Costs ${{ 5 }}"),
            (
                "${{ parameters.name | upper }}",
                "${{ parameters.name | upper }}",
            ),
            ("${{ steps.a", "${{ steps.a"),
        ] {
            assert_eq!(in_words(text, step, answer), expected);
        }
    }
}
