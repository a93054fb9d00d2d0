"""A small window to drag a file out of, as out of a file manager (XDND, text/uri-list).

Usage: drag_source.py X Y FILE...; tells on standard output what happens to the drag.
"""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

SIDE = 32


def tell(*words):
    print(*words, flush=True)


def main():
    x, y = int(sys.argv[1]), int(sys.argv[2])
    uris = [pathlib.Path(name).resolve().as_uri() for name in sys.argv[3:]]

    # Outside of the window manager's care: it lies where it is put, above all else.
    window = Gtk.Window(type=Gtk.WindowType.POPUP)
    window.set_default_size(SIDE, SIDE)
    window.drag_source_set(
        Gdk.ModifierType.BUTTON1_MASK,
        [Gtk.TargetEntry.new("text/uri-list", 0, 0)],
        Gdk.DragAction.COPY,
    )

    def begin(_window, context):
        tell("begun")
        last = [None]
        looks = [0]

        # There is no signal for what the target answers to the pointer being over it.
        def look():
            takes = context.get_selected_action() != 0
            if takes != last[0]:
                last[0] = takes
                looks[0] = 0
                tell("accepted" if takes else "refused")
            # A target that asks another process (WebKit) answers late; one that changes its mind
            # does so by now.
            looks[0] += 1
            if takes and looks[0] == 20:
                tell("steady")
            return True

        timer = GLib.timeout_add(20, look)
        window.connect("drag-end", lambda *_: (GLib.source_remove(timer), tell("ended")))

    def failed(_window, _context, result):
        tell("failed", result.value_nick)
        return True

    window.connect("drag-begin", begin)
    window.connect("drag-data-get", lambda _w, _c, data, _i, _t: (data.set_uris(uris), tell("given")))
    window.connect("drag-failed", failed)
    window.connect("map-event", lambda *_: tell("ready") or False)
    window.move(x, y)
    window.show_all()
    Gtk.main()


main()
