"""A window that takes files, for the kit's own test."""

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

window = Gtk.Window(title="Drop here")
window.set_default_size(300, 200)
window.drag_dest_set(
    Gtk.DestDefaults.ALL, [Gtk.TargetEntry.new("text/uri-list", 0, 0)], Gdk.DragAction.COPY
)
window.connect(
    "drag-data-received",
    lambda _w, _c, _x, _y, data, _i, _t: print("dropped", *data.get_uris(), flush=True),
)
window.show_all()
Gtk.main()
