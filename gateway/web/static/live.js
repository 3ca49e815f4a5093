// Follow the area's events and offer a fresh page when something has happened. The page is complete without this.
const main = document.getElementById("content");
const notice = document.getElementById("live");
const leaving = new AbortController();
let heard = 0;

addEventListener("pagehide", () => leaving.abort());

function tell() {
  notice.textContent = heard === 1 ? "Something new has happened here. " : `${heard} new things have happened here. `;
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = "Show it";
  notice.append(link);
  notice.hidden = false;
}

async function follow() {
  const answer = await fetch("/graphql", {
    method: "POST",
    signal: leaving.signal,
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({
      query: "subscription Follow($area: ID!) { areaEvents(area: $area) { id } }",
      variables: { area: main.dataset.area },
    }),
  });
  if (!answer.ok || !answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\r\n\r\n");
    rest = parts.pop();
    const told = parts.filter((part) => part.startsWith("event: next") && part.includes('"areaEvents"')).length;
    if (told) {
      heard += told;
      tell();
    }
  }
}

follow().catch(() => {});
