//! The few elements of SVG that a picture needs, as text.

use std::fmt::Write;

/// How a text stands to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// A rectangle, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A drawing, element by element. Later ones cover earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Drawing {
    elements: String,
}

impl Drawing {
    /// A filled rectangle; browsers show the hint when the pointer is on it. An empty one is left out.
    pub(crate) fn area(&mut self, area: Area, fill: &str, hint: &str) {
        if area.width <= 0.0 || area.height <= 0.0 {
            return;
        }
        let Area { x, y, width, height } = area;
        let title = if hint.is_empty() { String::new() } else { format!("<title>{}</title>", escape(hint)) };
        self.push(&format!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\">{title}</rect>"
        ));
    }

    /// A thin line.
    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.push(&format!("<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"{stroke}\"/>"));
    }

    /// A line of text whose base line begins, ends or has its middle at `at`.
    pub(crate) fn text(&mut self, at: (f64, f64), anchor: Anchor, size: f64, fill: &str, text: &str) {
        let ((x, y), anchor, text) = (at, anchor.name(), escape(text));
        self.push(&format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size:.1}\" fill=\"{fill}\">{text}</text>"
        ));
    }

    fn push(&mut self, element: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.elements, "{element}");
    }

    /// The complete document.
    pub(crate) fn finish(self, width: f64, height: f64, title: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"system-ui, sans-serif\">\n\
             <title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{}</svg>\n",
            escape(title),
            self.elements,
        )
    }
}

/// Text as it has to be written between and within the tags of XML.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // No other control characters are allowed in XML.
            letter if letter.is_control() && !matches!(letter, '\t' | '\n' | '\r') => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{Anchor, Area, Drawing, escape};

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escape("<T as \"X\">::f & \u{1}g"), "&lt;T as &quot;X&quot;&gt;::f &amp; \u{fffd}g");
        let mut drawing = Drawing::default();
        drawing.text((1.0, 2.0), Anchor::End, 10.0, "#000", "</svg>");
        let area = Area { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
        drawing.area(area, "#000", "<script>");
        let svg = drawing.finish(10.0, 10.0, "<&>");
        assert_eq!((svg.matches("</svg>").count(), svg.matches("<script>").count()), (1, 0), "{svg}");
        assert!(svg.contains("<title>&lt;&amp;&gt;</title>"));
    }

    #[test]
    fn empty_areas_are_left_out() {
        let mut drawing = Drawing::default();
        drawing.area(Area { x: 0.0, y: 0.0, width: 0.0, height: 9.0 }, "#000", "");
        assert!(drawing.elements.is_empty());
    }
}
