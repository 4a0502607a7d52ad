//! The events of HTML, by the names of their handlers.
//!
//! HTML standard (sections 8.1.8.2 and 16.3.3), Pointer Events, CSS Animations and Transitions, Touch
//! Events, Screen Orientation, SVG, and what older browsers knew (OWASP XSS Filter Evasion Cheat
//! Sheet, "Event Handlers").

/// In the order of the alphabet, without `on`.
#[rustfmt::skip]
const EVENTS: [&str; 193] = [
    "abort", "activate", "afterprint", "afterscriptexecute", "afterupdate", "animationcancel",
    "animationend", "animationiteration", "animationstart", "auxclick", "beforeactivate",
    "beforecopy", "beforecut", "beforedeactivate", "beforeeditfocus", "beforeinput", "beforematch",
    "beforepaste", "beforeprint", "beforescriptexecute", "beforetoggle", "beforeunload",
    "beforeupdate", "begin", "blur", "bounce", "cancel", "canplay", "canplaythrough", "cellchange",
    "change", "click", "close", "command", "contentvisibilityautostatechange", "contextlost",
    "contextmenu", "contextrestored", "controlselect", "copy", "cuechange", "cut", "dataavailable",
    "datasetchanged", "datasetcomplete", "dblclick", "deactivate", "devicemotion",
    "deviceorientation", "drag", "dragdrop", "dragend", "dragenter", "dragexit", "dragleave",
    "dragover", "dragstart", "drop", "durationchange", "emptied", "end", "ended", "error",
    "errorupdate", "filterchange", "finish", "focus", "focusin", "focusout", "formdata",
    "fullscreenchange", "fullscreenerror", "gesturechange", "gestureend", "gesturestart",
    "gotpointercapture", "hashchange", "help", "input", "invalid", "keydown", "keypress", "keyup",
    "languagechange", "layoutcomplete", "load", "loadeddata", "loadedmetadata", "loadend",
    "loadstart", "losecapture", "lostpointercapture", "mediacomplete", "mediaerror", "message",
    "messageerror", "mousedown", "mouseenter", "mouseleave", "mousemove", "mouseout", "mouseover",
    "mouseup", "mousewheel", "move", "moveend", "movestart", "mozfullscreenchange", "offline",
    "online", "open", "orientationchange", "outofsync", "pagehide", "pagereveal", "pageshow",
    "pageswap", "paste", "pause", "play", "playing", "pointercancel", "pointerdown", "pointerenter",
    "pointerleave", "pointermove", "pointerout", "pointerover", "pointerrawupdate", "pointerup",
    "popstate", "progress", "propertychange", "ratechange", "readystatechange", "rejectionhandled",
    "repeat", "reset", "resize", "resizeend", "resizestart", "resume", "reverse", "rowdelete",
    "rowenter", "rowexit", "rowinserted", "scroll", "scrollend", "scrollsnapchange",
    "scrollsnapchanging", "search", "securitypolicyviolation", "seek", "seeked", "seeking",
    "select", "selectionchange", "selectstart", "show", "slotchange", "stalled", "start", "stop",
    "storage", "submit", "suspend", "syncrestored", "timeerror", "timeupdate", "toggle",
    "touchcancel", "touchend", "touchmove", "touchstart", "trackchange", "transitioncancel",
    "transitionend", "transitionrun", "transitionstart", "unhandledrejection", "unload", "urlflip",
    "volumechange", "waiting", "webkitanimationend", "webkitanimationiteration",
    "webkitanimationstart", "webkitfullscreenchange", "webkitmouseforcechanged",
    "webkittransitionend", "wheel", "zoom",
];

/// Whether a name in lower case is that of a handler.
pub(super) fn is_event(name: &[u8]) -> bool {
    let event = name.strip_prefix(b"on");
    event.is_some_and(|event| {
        EVENTS
            .binary_search_by(|known| known.as_bytes().cmp(event))
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_stand_in_order() {
        assert!(EVENTS.is_sorted());
    }
}
