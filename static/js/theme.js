// The choice lives in a cookie, so that the server prints data-theme and no page flashes.
const year = 60 * 60 * 24 * 365;

document.addEventListener("change", (event) => {
  const radio = event.target.closest("[data-theme-switch] input");
  if (!radio) return;
  if (radio.value) document.documentElement.dataset.theme = radio.value;
  else delete document.documentElement.dataset.theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${radio.value}; Path=/; Max-Age=${radio.value ? year : 0}; SameSite=Lax${secure}`;
});
