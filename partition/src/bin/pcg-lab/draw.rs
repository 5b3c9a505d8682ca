//! `pcg-lab draw`: a picture of the units and of the cut between them.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cut::CutArguments;
use crate::error::LabError;
use crate::output::write_file;
use crate::picture::Picture;
use crate::svg::escape;

#[derive(Debug, Args)]
pub(crate) struct DrawArguments {
    #[command(flatten)]
    cut: CutArguments,
    /// Where the picture goes: an `.svg` file, or an `.html` file with the SVG in it.
    #[arg(short, long, value_name = "FILE", value_parser = picture_path)]
    output: PathBuf,
}

/// Accepts names whose extension says what to write.
fn picture_path(path: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(path);
    if is_html(&path) || path.extension().is_some_and(|extension| extension == "svg") {
        Ok(path)
    } else {
        Err("a picture is an `.svg` or an `.html` file".to_owned())
    }
}

fn is_html(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "html")
}

impl DrawArguments {
    pub(crate) fn run(&self) -> Result<String, LabError> {
        let graph = self.cut.graph()?;
        let cut = self.cut.cut(&graph)?;
        let svg = Picture::new(&graph, self.cut.strategy, &cut).svg();
        let content = if is_html(&self.output) { page(&graph.name, &svg) } else { svg };
        write_file(&self.output, &content)?;
        Ok(String::new())
    }
}

/// An HTML page with nothing but the picture.
fn page(title: &str, svg: &str) -> String {
    let title = escape(title);
    format!("<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n{svg}</html>\n")
}
