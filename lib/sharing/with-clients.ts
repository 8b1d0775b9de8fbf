import type { ClientInfo, Outcome } from "../model/answers.js";
import type { Query } from "../model/query.js";

/** The answer to a query with these clients beside those that it tells of, the longest there first. */
export function withClients(
  query: Query,
  answer: unknown,
  clients: readonly ClientInfo[],
): unknown {
  if (clients.length === 0) return answer;
  if (query.kind === "clients") {
    return [...(answer as ClientInfo[]), ...clients].sort((a, b) => a.since - b.since);
  }
  if (query.kind !== "pipeline") return answer;
  const { queries } = query;
  return (answer as Outcome<unknown>[]).map((outcome, at) => {
    if (!outcome.ok) return outcome;
    return { ok: true, response: withClients(queries[at], outcome.response, clients) };
  });
}
