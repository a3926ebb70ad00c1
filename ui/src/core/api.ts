/** The desk's API, typed by our OpenAPI document; the session is the browser's cookie. */

import createClient, { type FetchResponse } from "openapi-fetch";
import type { paths, Problem } from "../generated/api";
import { learnClock } from "./clock";
import { language, texts, titled } from "./language";
import * as once from "./once";

const text = texts({
  "zh-CN": {
    offline: "无法连接服务器；请检查网络后重试",
    odd: "服务器的回答无法读取（{status}）；请稍后重试",
    over: "登录已结束；请在另一个标签页重新登录，再回到这里提交：您填写的内容仍在",
  },
  en: {
    offline: "The server cannot be reached; check the network and try again",
    odd: "The server's answer cannot be read ({status}); try again later",
    over: "Your session has ended; sign in again in another tab, then send here: what you have typed is still there",
  },
});

export const api = createClient<paths>({ baseUrl: "/", headers: { "X-Fieldops": "1" } });
api.use({
  async onRequest({ request }) {
    request.headers.set("Accept-Language", language());
    await once.name(request);
    return request;
  },
  onResponse: ({ request, response }) => once.answered(request, response),
  onError: ({ request }) => once.unanswered(request),
});

/** What the server refused, or that it was not reached. `status` 0: no answer. */
export class Refused extends Error {
  constructor(
    readonly problem: Problem,
    readonly status: number,
  ) {
    super(problem.title);
  }

  /** What a person reads. */
  get told(): string {
    return titled(this.problem.titles, this.problem.title);
  }

  /** What happened this time, in the reader's language. */
  get detail(): string {
    return titled(this.problem.details, this.problem.detail);
  }

  /** The stable word of the problem: `transition`, `revision-changed`… */
  get slug(): string {
    return this.problem.type.split(/[:/]/).pop() ?? "";
  }
}

/**
 * The answer's data. Throws `Refused`; whoever is not signed in goes to the sign-in page.
 *
 *     const page = await data(api.GET("/api/v1/findings", { params: { query: { state: "open" } } }));
 */
export async function data<T extends Record<string | number, unknown>, O, M extends `${string}/${string}`>(
  asked: Promise<FetchResponse<T, O, M>>,
): Promise<NonNullable<FetchResponse<T, O, M>["data"]>> {
  const answer = await answered(asked);
  return answer.data as NonNullable<FetchResponse<T, O, M>["data"]>;
}

/** The data and the revision by which it may be edited (`If-Match`). */
export async function tagged<T extends Record<string | number, unknown>, O, M extends `${string}/${string}`>(
  asked: Promise<FetchResponse<T, O, M>>,
): Promise<{ data: NonNullable<FetchResponse<T, O, M>["data"]>; etag: string }> {
  const answer = await answered(asked);
  const etag = answer.response.headers.get("etag") ?? "";
  return { data: answer.data as NonNullable<FetchResponse<T, O, M>["data"]>, etag };
}

async function answered<T extends Record<string | number, unknown>, O, M extends `${string}/${string}`>(
  asked: Promise<FetchResponse<T, O, M>>,
): Promise<FetchResponse<T, O, M>> {
  let answer: FetchResponse<T, O, M>;
  try {
    answer = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreached();
  }
  const status = answer.response.status;
  learnClock(answer.response.headers.get("date"));
  if (answer.response.ok) return answer;
  if (status === 401) {
    if (isWriting()) throw new Refused(made(text("over")), status);
    leaveToSignIn();
  }
  const told = answer.error as unknown as Problem | undefined;
  throw new Refused(told?.type ? told : made(text("odd", { status })), status);
}

/** Whether the server answers at all. */
export async function isReached(): Promise<boolean> {
  return fetch("/favicon.svg", { cache: "no-store" }).then(
    () => true,
    () => false,
  );
}

/** What is thrown where it does not. */
export function unreached(): Refused {
  return new Refused(made(text("offline")), 0);
}

function made(title: string): Problem {
  return { type: "about:blank", title } as Problem;
}

/** Whether something is being typed that would be gone with the page. */
function isWriting(): boolean {
  return document.querySelector("dialog[open] form, [data-typed]") !== null;
}

/** To the sign-in page, and back here afterwards. */
export function leaveToSignIn(): void {
  const here = location.pathname + location.search;
  location.assign(`/signin?${new URLSearchParams({ to: here, lang: language() })}`);
}
