//! The page for those who do not see it: names, headings, and live regions that do not chatter.

use crate::harness::page::{Page, keys, visit};
use std::collections::HashSet;

const RUN: &str = "?network=64-20-10&epochs=2";

/// (role, name) of everything in the browser's accessibility tree.
fn tree(page: &Page) -> Vec<(String, String)> {
    let nodes = page.devtools("Accessibility.getFullAXTree");
    let text = |value: &serde_json::Value| value["value"].as_str().unwrap_or_default().to_owned();
    let nodes = nodes["nodes"].as_array().expect("a tree").iter();
    let seen = nodes.filter(|node| node["ignored"] != true);
    seen.map(|node| (text(&node["role"]), text(&node["name"]))).collect()
}

#[test]
fn every_control_has_a_name_and_no_two_buttons_share_one() {
    visit(RUN, |page| {
        page.rest(2);
        page.js(
            "document.querySelectorAll('details').forEach((details) => { details.open = true; })",
        );
        let tree = tree(page);
        let controls =
            ["button", "combobox", "spinbutton", "textbox", "slider", "checkbox", "image"];
        let nameless: Vec<_> = tree
            .iter()
            .filter(|(role, name)| controls.contains(&role.as_str()) && name.trim().is_empty())
            .collect();
        assert!(nameless.is_empty(), "{nameless:?}");
        let mut seen = HashSet::new();
        let buttons = tree.iter().filter(|(role, _)| role == "button").map(|(_, name)| name);
        let twice: Vec<_> = buttons.filter(|name| !seen.insert(name.as_str())).collect();
        assert!(twice.is_empty(), "{twice:?}");
        assert!(seen.len() > 10 && seen.contains("Train"), "{seen:?}");
    });
}

#[test]
fn headings_step_down_one_at_a_time_from_the_only_h1() {
    visit(RUN, |page| {
        let levels = page.js("return [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((h) => Number(h.localName[1]))");
        let levels: Vec<u64> =
            levels.as_array().unwrap().iter().filter_map(|n| n.as_u64()).collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{levels:?}");
        assert_eq!(levels[0], 1);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
        assert_eq!(page.text("document.documentElement.lang"), "en");
        assert_eq!(page.number("document.querySelectorAll('main').length"), 1.0);
    });
}

#[test]
fn every_id_is_used_once_and_every_label_finds_its_control() {
    visit(RUN, |page| {
        page.rest(2);
        let twice = page.text("[...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, i, all) => all.indexOf(id) !== i).join(' ')");
        assert_eq!(twice, "");
        let lost = page.text(
            "[...document.querySelectorAll('[for], [aria-describedby], [aria-labelledby], [aria-controls]')]
              .flatMap((e) => ['for', 'aria-describedby', 'aria-labelledby', 'aria-controls'].flatMap((name) => (e.getAttribute(name) ?? '').split(' ')))
              .filter((id) => id && !$(id)).join(' ')",
        );
        assert_eq!(lost, "");
    });
}

#[test]
fn live_regions_speak_at_most_every_three_seconds_while_training() {
    visit("?epochs=9000&network=64-100-10", |page| {
        page.wait("epoch() >= 2");
        page.js(
            "window.spoken = [];
            window.began = performance.now();
            const regions = '[role=status], [role=alert], [role=log], [aria-live=polite], [aria-live=assertive], output';
            for (const region of document.querySelectorAll(regions)) region.spoken = region.textContent;
            new MutationObserver((changes) => {
              for (const { target } of changes) {
                const element = target.nodeType === 1 ? target : target.parentElement;
                const region = element?.closest(regions);
                if (!region || region.getAttribute('aria-live') === 'off') continue;
                const text = region.textContent;
                if (text !== region.spoken) window.spoken.push([Math.round(performance.now() - window.began), region.id, text]);
                region.spoken = text;
              }
            }).observe(document.body, { childList: true, characterData: true, subtree: true });",
        );
        page.wait("performance.now() - window.began > 9500");
        let spoken = page.js("return window.spoken");
        let count = spoken.as_array().map_or(0, Vec::len);
        // Four moments three seconds apart fit into 9.5 seconds.
        assert!(
            count <= 4,
            "{count} messages, the first of them {:?}",
            &spoken.as_array().unwrap()[..4]
        );
        assert!(count >= 1, "it says nothing");
    });
}

#[test]
fn the_matrices_and_charts_say_in_words_what_they_show() {
    visit(RUN, |page| {
        let look = page.rest(2);
        let label = page.text("$('heatmap-0').getAttribute('aria-label')");
        assert!(
            label.contains(&format!(
                "{} of {} weights kept",
                look.layers[0].kept, look.layers[0].total
            )),
            "{label}"
        );
        for chart in ["compression", "accuracy", "elbo"] {
            page.js(&format!("$('chart-{chart}').scrollIntoView()"));
            page.wait(&format!(
                "($('chart-{chart}').getAttribute('aria-label') ?? '').length > 20"
            ));
        }
    });
}

#[test]
fn a_weight_can_be_inspected_by_keyboard_alone() {
    visit(RUN, |page| {
        page.rest(2);
        page.js("$('heatmap-0').focus()");
        page.press(&[keys::RIGHT]);
        page.wait("$('cell-text').innerText.includes('μ =')");
        let pixel = || page.number("Number($('cell-text').innerText.match(/pixel (\\d+)/)[1])");
        let first = pixel();
        page.press(&[keys::RIGHT]);
        assert_eq!(pixel(), first + 1.0);
        page.press(&[keys::LEFT]);
        assert_eq!(pixel(), first);
        assert_eq!(page.look().epoch, 2, "the arrow did not move the run");
    });
}
