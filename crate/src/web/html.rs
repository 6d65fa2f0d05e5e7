//! A little HTML: what is only text on the page is made where its words are.

/// An element; `attributes` as they are written, such as `class="count"`.
pub(super) fn tag(name: &str, attributes: &str, inner: &str) -> String {
    [&single(name, attributes), inner, "</", name, ">"].concat()
}

/// An element that holds nothing, such as `input`.
pub(super) fn single(name: &str, attributes: &str) -> String {
    let gap = if attributes.is_empty() { "" } else { " " };
    ["<", name, gap, attributes, ">"].concat()
}

/// Text as HTML.
pub(super) fn text(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// An attribute with its value, which may be any text.
pub(super) fn attribute(name: &str, value: &str) -> String {
    [" ", name, "=\"", &text(value), "\""].concat()
}

/// A table's row of texts: `cell` is `td` or `th`, with its attributes.
pub(super) fn row(cell: &str, attributes: &str, texts: &[String]) -> String {
    let cells: String = texts.iter().map(|words| tag(cell, attributes, &text(words))).collect();
    tag("tr", "", &cells)
}
