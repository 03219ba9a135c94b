//! Binary mode: attributes as headers.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::cloud_events::context::Context;
use crate::engine::BinaryMode;
use crate::message::Headers;

/// HTTP protocol binding 1.0.2, section 3.1.3.2: space, double quote, percent and everything that
/// is not visible ASCII.
const HEADER: AsciiSet = CONTROLS.add(b' ').add(b'"').add(b'%');

/// Adds the attributes. The content type of the body is that of the message.
pub(super) fn write(context: &Context, mode: BinaryMode, to: &mut Headers) {
    for (name, value) in context.iter() {
        if name == "datacontenttype" {
            continue;
        }
        let value = value.to_text();
        let name = format!("{}{name}", mode.prefix);
        match mode.is_percent_encoded {
            true => to.set(&name, &utf8_percent_encode(&value, &HEADER).to_string()),
            false => to.set(&name, &value),
        }
    }
}
