// GraphiQL on this server's own schema. Subscriptions come as server-sent events; the sign-in cookie goes along by itself.
const FIRST_QUERY = `# Who sees what is decided by your sign-in: without one this asks as the public.
query FirstLook {
  national {
    name
    population
    children {
      code
      name
    }
    indicators(lastMonths: 12) {
      indicator { title unit note }
      periods
      values
      flags
    }
    openDecisions(first: 5) {
      edges { node { text owner dueOn overdue } }
    }
  }
}

# subscription Follow { areaEvents(area: "XK") { id type area time subject } }
`;

function post(body, headers, accept) {
  return fetch("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: accept, ...headers },
    body: JSON.stringify(body),
  });
}

async function* follow(body, headers) {
  const answer = await post(body, headers, "text/event-stream");
  if (!answer.ok || !answer.body) {
    yield await answer.json();
    return;
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\r\n\r\n");
      rest = parts.pop();
      for (const part of parts) {
        const data = part.split("\r\n").find((line) => line.startsWith("data: "));
        if (part.startsWith("event: next") && data) yield JSON.parse(data.slice(6));
      }
    }
  } finally {
    reader.cancel();
  }
}

function subscribes({ query, operationName }, { documentAST } = {}) {
  const operations = (documentAST?.definitions ?? []).filter((part) => part.kind === "OperationDefinition");
  const chosen = operations.find((part) => part.name?.value === operationName) ?? operations[0];
  return chosen ? chosen.operation === "subscription" : /^\s*subscription\b/m.test(query);
}

async function fetcher(body, options) {
  const headers = options?.headers ?? {};
  if (subscribes(body, options)) return follow(body, headers);
  return (await post(body, headers, "application/graphql-response+json, application/json")).json();
}

const place = document.getElementById("graphiql");
place.replaceChildren();
ReactDOM.createRoot(place).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: FIRST_QUERY, defaultEditorToolsVisibility: "headers" }),
);
