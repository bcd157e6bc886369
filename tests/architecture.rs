//! The rules of the house that a compiler does not check: who may know whom, sizes, names, pairs, dead paths.
//!
//! Each test reads the whole project and names every violation at once. Each checker is also tried on a planted
//! violation, beside its code. An exception is a line in the table of its rule, with the reason.

#[path = "architecture/gate.rs"]
mod gate;
#[path = "architecture/imports.rs"]
mod imports;
#[path = "architecture/layout.rs"]
mod layout;
#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/texts.rs"]
mod texts;
#[path = "architecture/use_paths.rs"]
mod use_paths;

use source::Project;

fn none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn every_module_imports_only_what_its_place_allows() {
    none(&Project::read().each_rust(imports::violations));
}

#[test]
fn every_endpoint_that_handles_tokens_asks_whether_what_is_behind_them_stands() {
    let project = Project::read();
    none(&gate::unasked_routes(|path| {
        project.text(path).map(str::to_owned)
    }));
    none(&project.each_rust(gate::unasked));
}

#[test]
fn every_page_of_the_administration_asks_for_an_administrator() {
    none(&Project::read().each_rust(gate::ungated_pages));
}

#[test]
fn no_file_is_longer_than_the_budget() {
    none(&Project::read().each_rust(layout::too_long));
}

#[test]
fn every_module_begins_with_a_line_that_says_its_job() {
    none(&Project::read().each_rust(layout::unexplained));
}

#[test]
fn every_page_has_a_template_and_every_template_a_page() {
    none(&layout::unpaired_pages(&Project::read().paths()));
}

#[test]
fn both_databases_have_the_same_migrations() {
    none(&layout::unequal_migrations(&Project::read().paths()));
}

#[test]
fn nothing_is_named_after_a_drawer() {
    none(&layout::drawers(&Project::read().paths()));
    none(&Project::read().each_rust(layout::vague_names));
}

#[test]
fn the_request_context_stays_small() {
    none(&Project::read().each_rust(layout::bulging_context));
}

#[test]
fn templates_escape_everything_and_hold_no_code() {
    none(&Project::read().each_text(texts::loose_template));
}

#[test]
fn pages_about_the_code_name_only_what_exists() {
    let project = Project::read();
    for page in ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/spec/README.md"] {
        let Some(text) = project.text(page) else {
            panic!("{page} is missing");
        };
        none(&texts::dead_paths(page, text, |path| project.has(path)));
    }
}

#[test]
fn no_text_names_the_host_of_a_package_registry() {
    none(&Project::read().each_text(texts::registry_hosts));
}
