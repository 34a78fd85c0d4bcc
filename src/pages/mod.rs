//! HTML, one file per page. It knows no JSON.
