//! What the columns of a table are for, and where another table has the same ones.

use super::header::sorted;
use super::label;
use super::survey::{Column, Table};
use crate::data::grouped;
use crate::data::labels::listed;
use crate::error::{Error, Result};

/// Names of columns that identify rows, in lower case.
const COUNTERS: [&str; 3] = ["", "id", "index"];
/// Ends of such names.
const COUNTER_ENDS: [&str; 4] = ["_id", " id", "-id", ".id"];
/// Names of columns that count rows if they do, in lower case.
const ROW_NAMES: [&str; 9] = ["row", "rows", "rownames", "#", "no", "no.", "nr", "nr.", "number"];

/// The features of the training table and its label; what was decided is told in `notices`.
///
/// # Errors
/// No feature, or no label that is beyond doubt.
pub(super) fn roles<'a>(
    table: &'a Table,
    notices: &mut Vec<String>,
) -> Result<(Vec<&'a Column>, &'a Column)> {
    let (out, used): (Vec<&Column>, Vec<&Column>) =
        table.columns.iter().partition(|column| left_out(table, column));
    let too_few = || {
        Error::new(format!(
            "{}: expected a column of labels and at least one of features, found {} besides what \
             counts rows",
            table.name,
            if used.is_empty() { "nothing" } else { "one column" }
        ))
    };
    // What is left has a single column only if the other ones count rows.
    if used.len() < 2 {
        return Err(too_few());
    }
    let (label, why) = label::choose(table, &used)?;
    notices.push(format!("The label is {}, {why}.", label.called()));
    let features: Vec<&Column> =
        used.into_iter().filter(|column| column.place != label.place).collect();
    if !out.is_empty() {
        let out: Vec<String> = out.iter().map(|column| column.called()).collect();
        notices.push(format!(
            "{} of {} columns are features; left out, as it counts or names rows or is empty: {}.",
            grouped(features.len()),
            grouped(table.columns.len()),
            listed(&out, 3)
        ));
    }
    if let Some(first) = features.first().filter(|first| first.counts() && features.len() > 1) {
        notices.push(format!(
            "The feature in {} counts the rows; call it id to leave it out.",
            first.called()
        ));
    }
    Ok((features, label))
}

/// Whether a column says nothing about objects but which one it is, or nothing at all.
fn left_out(table: &Table, column: &Column) -> bool {
    let lower = column.name.to_ascii_lowercase();
    if column.missing == table.objects && column.name.is_empty() {
        return true;
    }
    if table.nameless() {
        // Programs write the number of the row first; of two columns it may be the feature.
        return column.place == 0 && column.counts() && table.columns.len() > 2;
    }
    let ends_in_id = COUNTER_ENDS.iter().any(|end| lower.ends_with(end))
        || ["Id", "ID"].iter().any(|end| {
            let before = column.name.strip_suffix(end).and_then(|before| before.chars().last());
            before.is_some_and(char::is_lowercase)
        });
    COUNTERS.contains(&&lower[..])
        || lower.starts_with("unnamed:")
        || ends_in_id
        || (ROW_NAMES.contains(&&lower[..]) && column.counts())
}

/// The columns of `table` that are those called `wanted` in `train`: by name where both have
/// names, else by place.
///
/// # Errors
/// Columns that one has and the other lacks, by name or number.
pub(super) fn find<'a>(
    wanted: &[&Column],
    train: &Table,
    table: &'a Table,
    notices: &mut Vec<String>,
) -> Result<Vec<&'a Column>> {
    if train.nameless() || table.nameless() {
        return by_place(wanted, train, table, notices);
    }
    let names =
        |table: &Table| sorted(table.columns.iter().map(|column| column.name.to_ascii_lowercase()));
    let (ours, theirs) = (names(train), names(table));
    let first =
        |names: &[(String, usize)], name: &str| names.partition_point(|(n, _)| &n[..] < name);
    let mut ranks = vec![0; ours.len()];
    ours.iter().enumerate().for_each(|(rank, (_, place))| ranks[*place] = rank);
    // Equal names are told apart by their order.
    let partner = |column: &Column| {
        let name = column.name.to_ascii_lowercase();
        let nth = ranks[column.place] - first(&ours, &name);
        let (known, place) = theirs.get(first(&theirs, &name) + nth)?;
        (*known == name).then(|| &table.columns[*place])
    };
    let mut found = Vec::new();
    let mut lacking = Vec::new();
    let mut used = vec![false; table.columns.len()];
    for &column in wanted {
        match partner(column) {
            Some(partner) => {
                used[partner.place] = true;
                found.push(partner);
            }
            None => lacking.push(column),
        }
    }
    let extra: Vec<&Column> =
        table.columns.iter().filter(|c| !used[c.place] && !left_out(table, c)).collect();
    let quoted = |columns: Vec<&Column>| {
        listed(&columns.iter().map(|column| column.called()).collect::<Vec<_>>(), 3)
    };
    let told = match (lacking.is_empty(), extra.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("found no {}", quoted(lacking))),
        (true, false) => Some(format!("found {} too", quoted(extra))),
        (false, false) => Some(format!("found {}, not {}", quoted(extra), quoted(lacking))),
    };
    if let Some(told) = told {
        return Err(Error::new(format!(
            "{}: expected the columns of {} by their names, {told}; name them alike",
            table.name, train.name
        )));
    }
    if !found.iter().zip(wanted).all(|(found, wanted)| found.place == wanted.place) {
        notices.push(format!(
            "{}: columns were matched with those of {} by their names.",
            table.name, train.name
        ));
    }
    Ok(found)
}

fn by_place<'a>(
    wanted: &[&Column],
    train: &Table,
    table: &'a Table,
    notices: &mut Vec<String>,
) -> Result<Vec<&'a Column>> {
    if table.columns.len() != train.columns.len() {
        return Err(Error::new(format!(
            "{}: expected {} columns as in {}, found {}",
            table.name,
            grouped(train.columns.len()),
            train.name,
            grouped(table.columns.len())
        )));
    }
    if table.nameless() != train.nameless() {
        let (named, other) = if table.nameless() { (train, table) } else { (table, train) };
        notices.push(format!(
            "Only {} names its columns: those of {} were taken in the same order.",
            named.name, other.name
        ));
    }
    Ok(wanted.iter().map(|column| &table.columns[column.place]).collect())
}

#[cfg(test)]
mod tests {
    use crate::data::tests::{file, refusal};
    use crate::data::{Data, from_files};

    fn table(header: &str, cells: impl Fn(usize) -> String) -> String {
        let rows: String = (0..12).map(|i| cells(i) + "\n").collect();
        if header.is_empty() { rows } else { format!("{header}\n{rows}") }
    }

    fn read(text: &str) -> Data {
        from_files(vec![file("t", text)]).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    #[test]
    fn columns_that_count_or_name_rows_are_no_features() {
        let counters = [
            ("", 0),
            (",a,b,label", 0),
            (",a,b,label", 1),
            ("id,a,b,label", 500),
            ("Unnamed: 0,a,b,label", 0),
            ("PassengerId,a,b,label", 892),
            ("image_id,a,b,label", 7),
            ("Row,a,b,label", 1),
            ("#,a,b,label", 1),
        ];
        for (header, from) in counters {
            let data =
                read(&table(header, |i| format!("{},{},{},{}", i + from, i % 5, 3 * i, i % 2)));
            assert_eq!(data.features(), 2, "{header}");
            let told =
                |n: &String| n.contains("2 of 4 columns are features") && n.contains("column 1");
            assert!(data.notices.iter().any(told), "{:?}", data.notices);
        }
        let names = read(&table("id,a,label", |i| format!("name {i},{},{}", i % 5, i % 2)));
        assert_eq!(names.features(), 1);
        let trailing = read(&table("a,b,label,", |i| format!("{i},{},{},", i % 5, i % 2)));
        assert_eq!(trailing.features(), 2);
        // Such names mean something else, and a count with a name may be a measurement.
        for header in ["acid,a,b,label", "solid,a,b,label", "time,a,b,label"] {
            let data = read(&table(header, |i| format!("{i},{},{},{}", i % 5, 3 * i, i % 2)));
            assert_eq!(data.features(), 3, "{header}");
            assert!(data.notices.iter().any(|n| n.contains("counts the rows")));
        }
    }

    #[test]
    fn columns_of_a_test_table_are_found_by_name() {
        let train =
            || file("train.csv", table("a,b,label", |i| format!("{i},{},{}", 100 + i, i % 2)));
        let plain = file("test.csv", table("a,b,label", |i| format!("{i},{},{}", 100 + i, i % 2)));
        let turned =
            file("test.csv", table("Label,b,id,a", |i| format!("{},{},9,{i}", i % 2, 100 + i)));
        let nameless = file("test.csv", table("", |i| format!("{i}.0,{},{}", 100 + i, i % 2)));
        let expected = from_files(vec![train(), plain]).unwrap();
        for (other, told) in [
            (turned, "matched with those of train.csv by their names"),
            (nameless, "Only train.csv names its columns"),
        ] {
            let data = from_files(vec![other, train()]).unwrap();
            assert_eq!(data.test, expected.test);
            assert!(data.notices.iter().any(|n| n.contains(told)), "{:?}", data.notices);
        }
        let wrong = [
            ("a,c,label", "found column 2 (“c”), not column 2 (“b”)"),
            ("a,b,kind", "not column 3 (“label”)"),
        ];
        for (header, words) in wrong {
            let test = file("test.csv", table(header, |i| format!("{i},{i},{}", i % 2)));
            refusal(vec![train(), test], &["test.csv: expected the columns of train.csv", words]);
        }
        let lacking = file("test.csv", table("a,b", |i| format!("{i},{i}")));
        refusal(vec![train(), lacking], &["test.csv", "found no column 3 (“label”)"]);
        let more = file("test.csv", table("a,b,c,label", |i| format!("{i},{i},1,{}", i % 2)));
        refusal(vec![train(), more], &["test.csv", "found column 3 (“c”) too"]);
    }
}
