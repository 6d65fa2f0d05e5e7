//! A little HTML: what is only text on the page is made where its words are.

/// An element; `attributes` as they are written, such as `class="count"`.
pub(super) fn tag(name: &str, attributes: &str, inner: &str) -> String {
    let gap = if attributes.is_empty() { "" } else { " " };
    ["<", name, gap, attributes, ">", inner, "</", name, ">"].concat()
}

/// Text as HTML.
pub(super) fn text(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
