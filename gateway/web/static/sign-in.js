// A link may carry a token after the hash, which never reaches a server's log: fill the form with it and send it.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token) {
  history.replaceState(null, "", location.pathname);
  document.getElementById("token").value = token;
  document.getElementById("sign-in").requestSubmit();
}
