//! The icons, from Lucide: one sheet of SVG symbols in every page, used by name as `<use href="#i-name">`.

use std::{fmt::Write as _, sync::LazyLock};

use icondata_lu as lu;

/// Name and drawing of every icon there is; a template may use no other.
static ICONS: &[(&str, &str)] = &[
    // kinds
    ("component", lu::LuBox.data),
    ("api", lu::LuPlug.data),
    ("system", lu::LuBoxes.data),
    ("domain", lu::LuLandmark.data),
    ("resource", lu::LuDatabase.data),
    ("group", lu::LuUsers.data),
    ("user", lu::LuUser.data),
    ("location", lu::LuMapPin.data),
    ("template", lu::LuLayoutTemplate.data),
    ("kind", lu::LuPuzzle.data),
    // places
    ("home", lu::LuHouse.data),
    ("catalog", lu::LuLibrary.data),
    ("create", lu::LuCirclePlus.data),
    ("search", lu::LuSearch.data),
    ("source", lu::LuFolderTree.data),
    ("graph", lu::LuWaypoints.data),
    ("history", lu::LuHistory.data),
    ("file", lu::LuFileCode.data),
    ("folder", lu::LuFolder.data),
    ("repository", lu::LuFolderGit2.data),
    ("branch", lu::LuGitBranch.data),
    ("run", lu::LuPlay.data),
    // status
    ("ok", lu::LuCircleCheck.data),
    ("progressing", lu::LuLoader.data),
    ("degraded", lu::LuTriangleAlert.data),
    ("failed", lu::LuCircleX.data),
    ("unknown", lu::LuCircleDashed.data),
    ("suspended", lu::LuCirclePause.data),
    ("info", lu::LuInfo.data),
    ("orphan", lu::LuSquareDashed.data),
    ("broken", lu::LuUnlink.data),
    // things to do
    ("filter", lu::LuListFilter.data),
    ("close", lu::LuX.data),
    ("next", lu::LuChevronRight.data),
    ("previous", lu::LuChevronLeft.data),
    ("up", lu::LuArrowUp.data),
    ("down", lu::LuArrowDown.data),
    ("download", lu::LuDownload.data),
    ("out", lu::LuExternalLink.data),
    ("link", lu::LuLink.data),
    ("copy", lu::LuCopy.data),
    ("refresh", lu::LuRefreshCw.data),
    ("delete", lu::LuTrash2.data),
    ("undo", lu::LuUndo2.data),
    ("add", lu::LuPlus.data),
    ("edit", lu::LuPencil.data),
    ("help", lu::LuKeyboard.data),
    ("theme", lu::LuSunMoon.data),
    ("mail", lu::LuMail.data),
    ("chat", lu::LuMessageCircle.data),
    ("docs", lu::LuBook.data),
    ("dashboard", lu::LuActivity.data),
    ("more", lu::LuEllipsis.data),
];

/// All symbols, for the end of a page.
pub(crate) static SHEET: LazyLock<String> = LazyLock::new(|| {
    let mut sheet = String::from("<svg hidden xmlns=\"http://www.w3.org/2000/svg\">");
    for (name, data) in ICONS {
        let drawing = data.replace(" />", "/>").replace('\n', "");
        // Writing to a String cannot fail.
        let _ = write!(
            sheet,
            "<symbol id=\"i-{name}\" viewBox=\"0 0 24 24\">{drawing}</symbol>"
        );
    }
    sheet + "</svg>"
});

/// The icon of a kind, in any case; a declared kind has the general one.
#[must_use]
pub(crate) fn of_kind(kind: &str) -> &'static str {
    const KINDS: usize = 9;
    ICONS[..KINDS]
        .iter()
        .map(|(name, _)| *name)
        .find(|name| name.eq_ignore_ascii_case(kind))
        .unwrap_or("kind")
}

/// Sorts kinds in the order people ask for them. Locations are the catalog's own book-keeping: they come last.
#[must_use]
pub(crate) fn rank(kind: &str) -> (usize, String) {
    const ORDER: [&str; 8] = [
        "component",
        "api",
        "system",
        "domain",
        "resource",
        "template",
        "group",
        "user",
    ];
    let kind = kind.to_lowercase();
    let place = ORDER.iter().position(|known| *known == kind);
    let place = place.unwrap_or(ORDER.len() + usize::from(kind == "location"));
    (place, kind)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::{ICONS, of_kind, rank};

    #[test]
    fn kinds_have_icons() {
        assert_eq!(of_kind("Component"), "component");
        assert_eq!(of_kind("api"), "api");
        assert_eq!(of_kind("template"), "template");
        assert_eq!(of_kind("home"), "kind");
        assert_eq!(of_kind("Runbook"), "kind");
    }

    #[test]
    fn kinds_stand_in_the_order_people_ask_for_them() {
        let mut kinds = [
            "Location",
            "User",
            "Runbook",
            "API",
            "Template",
            "Component",
        ];
        kinds.sort_by_key(|kind| rank(kind));
        assert_eq!(
            kinds,
            [
                "Component",
                "API",
                "Template",
                "User",
                "Runbook",
                "Location"
            ]
        );
    }

    #[test]
    fn templates_use_only_icons_there_are() {
        let known: BTreeSet<&str> = ICONS.iter().map(|(name, _)| *name).collect();
        assert_eq!(known.len(), ICONS.len(), "a name is used twice");
        let mut uses = 0;
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a readable folder") {
                let path = entry.expect("a readable entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let template = fs::read_to_string(&path).expect("UTF-8");
                for after in template.split("href=\"#i-").skip(1) {
                    let name = after.split('"').next().unwrap_or_default();
                    uses += 1;
                    // A name in braces is a value; `Tone` and `of_kind` make them.
                    assert!(
                        name.contains('{') || known.contains(name),
                        "{} uses the icon {name}",
                        path.display()
                    );
                }
            }
        }
        assert!(uses > 10, "only {uses} icons are used");
    }
}
