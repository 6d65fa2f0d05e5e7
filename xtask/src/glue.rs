//! The JavaScript that wasm-bindgen writes, as visitors download it.

/// `script` without its doc comments, which stand on lines of their own: what calls the library is
/// checked against the declarations, which have them too.
pub fn without_docs(script: &str) -> String {
    let mut inside = false;
    let mut kept = String::with_capacity(script.len());
    for line in script.lines() {
        inside |= line.trim_start().starts_with("/**");
        if !inside {
            kept += line;
            kept.push('\n');
        }
        inside &= !line.trim_end().ends_with("*/");
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_go_and_code_stays() {
        let script = "/** One. */\nlet a = 4 /* of */ ** 2;\n    /**\n     * @param {b}\n     */\n    b() {}\n// c";
        assert_eq!(without_docs(script), "let a = 4 /* of */ ** 2;\n    b() {}\n// c\n");
    }
}
