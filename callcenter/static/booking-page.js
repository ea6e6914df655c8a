// The reservation panel on a page of its own: at the counter, or to move one from a list. There is no call to fill.

import { Booking } from "./desk/booking.js";
import { say } from "./status.js";

const root = document.getElementById("booking-page");
const empty = { value: "", focus: () => {} };
const noCall = {
  id: "",
  closed: false,
  lastField: null,
  record: { field: () => empty, values: () => ({ category: "-", disposition: "-", answer: "" }), write: () => {} },
  touched: () => {},
};
const panel = new Booking(noCall, root);
panel.close = () => {
  say("");
  panel.body.replaceChildren();
  panel.ask("/desk/booking", new URLSearchParams());
};
const { reservation, wait } = root.dataset;
if (reservation) panel.ask("/desk/booking/one", new URLSearchParams({ reservation_id: reservation, show: "1" }));
else if (wait) panel.ask("/desk/booking/offer", new URLSearchParams({ wait_id: wait }));
else panel.ask("/desk/booking", new URLSearchParams());
