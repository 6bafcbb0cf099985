"use strict";

// The token stands behind the '#', which browsers never send: it reaches no log.
const token = new URLSearchParams(location.hash.slice(1)).get("token")
  || new URLSearchParams(location.search).get("token");
history.replaceState(null, "", "/setup");

const byId = (id) => document.getElementById(id);
const form = byId("form");
if (!token) byId("missing").hidden = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("problem").textContent = "";
  byId("send").disabled = true;
  try {
    await signUp();
  } catch {
    byId("problem").textContent = "The platform does not answer. Check that it runs, then try again.";
  } finally {
    byId("send").disabled = false;
  }
});

async function signUp() {
  const body = { email: form.email.value, password: form.password.value, name: form.elements.name.value };
  if (token) body.setup_token = token;
  const response = await fetch("/api/auth/signup", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) {
    byId("problem").textContent = `${answer.detail} ${answer.hint}`.replaceAll("`", "");
    return;
  }
  byId("who").textContent = answer.user.email;
  byId("login").textContent = `zipp login --url ${location.origin}`;
  form.hidden = true;
  byId("missing").hidden = true;
  byId("done").hidden = false;
  byId("done").focus();
}
