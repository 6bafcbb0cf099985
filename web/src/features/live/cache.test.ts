import { type InfiniteData, QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, test } from "vitest";
import type { Deployment, DeploymentList, Site } from "@/lib/api";
import { keys } from "@/lib/queries";
import { applyDeployment, applyDeploymentDeleted, applySite, applySiteDeleted } from "./cache";

type Pages = InfiniteData<DeploymentList, string | null>;

const deployment = (id: string, more: Partial<Deployment> = {}) =>
  ({ id, site: "blog", status: "BUILDING", ...more }) as Deployment;
const site = (name: string, more: Partial<Site> = {}) =>
  ({ name, latest: null, live_deployment: null, ...more }) as Site;
const pagesOf = (...items: Deployment[][]): Pages => ({
  pages: items.map((each, index) => ({ items: each, next_cursor: index + 1 < items.length ? "more" : null })),
  pageParams: items.map(() => null),
});

let client: QueryClient;
const ids = (filter: object) =>
  client.getQueryData<Pages>(keys.deploymentsOf(filter))?.pages.map((page) => page.items.map((item) => item.id));

beforeEach(() => {
  client = new QueryClient();
});

describe("a deployment's event", () => {
  test("goes to its page and into each list that it fits", () => {
    client.setQueryData(keys.deploymentsOf({}), pagesOf([deployment("2")], [deployment("1")]));
    client.setQueryData(keys.deploymentsOf({ site: "blog" }), pagesOf([deployment("1")]));
    client.setQueryData(keys.deploymentsOf({ site: "shop" }), pagesOf([deployment("1", { site: "shop" })]));
    client.setQueryData(keys.deploymentsOf({ status: ["FAILED"] }), pagesOf([]));
    applyDeployment(client, deployment("3"));
    expect(client.getQueryData<Deployment>(keys.deployment("3"))?.status).toBe("BUILDING");
    expect(ids({})).toEqual([["3", "2"], ["1"]]);
    expect(ids({ site: "blog" })).toEqual([["3", "1"]]);
    expect(ids({ site: "shop" })).toEqual([["1"]]);
    expect(ids({ status: ["FAILED"] })).toEqual([[]]);
  });

  test("replaces what is known where it stands, and leaves a list that it fits no more", () => {
    client.setQueryData(keys.deploymentsOf({}), pagesOf([deployment("2")], [deployment("1")]));
    client.setQueryData(keys.deploymentsOf({ status: ["BUILDING"] }), pagesOf([deployment("2"), deployment("1")]));
    applyDeployment(client, deployment("1", { status: "FAILED" }));
    expect(ids({})).toEqual([["2"], ["1"]]);
    expect(client.getQueryData<Pages>(keys.deploymentsOf({}))?.pages[1]?.items[0]?.status).toBe("FAILED");
    expect(ids({ status: ["BUILDING"] })).toEqual([["2"]]);
  });

  test("of an old one beyond the pages that are loaded changes no list", () => {
    client.setQueryData(keys.deploymentsOf({}), pagesOf([deployment("5")]));
    applyDeployment(client, deployment("1"));
    expect(ids({})).toEqual([["5"]]);
  });

  test("is its site's latest, unless a newer one is known", () => {
    client.setQueryData(keys.sites, [site("blog", { latest: deployment("2") }), site("shop")]);
    client.setQueryData(keys.site("blog"), site("blog", { latest: deployment("2") }));
    applyDeployment(client, deployment("1", { status: "STOPPED" }));
    expect(client.getQueryData<Site>(keys.site("blog"))?.latest?.id).toBe("2");
    applyDeployment(client, deployment("3"));
    expect(client.getQueryData<Site>(keys.site("blog"))?.latest?.id).toBe("3");
    expect(client.getQueryData<Site[]>(keys.sites)?.map((each) => each.latest?.id)).toEqual(["3", undefined]);
  });

  test("makes no list that nobody asked for", () => {
    applyDeployment(client, deployment("1"));
    expect(client.getQueryData(keys.sites)).toBeUndefined();
    expect(client.getQueryData(keys.site("blog"))).toBeUndefined();
  });
});

test("a deleted deployment leaves all lists and its page", () => {
  client.setQueryData(keys.deploymentsOf({}), pagesOf([deployment("2")], [deployment("1")]));
  client.setQueryData(keys.deployment("1"), deployment("1"));
  applyDeploymentDeleted(client, { id: "1", site: "blog" });
  expect(ids({})).toEqual([["2"], []]);
  expect(client.getQueryData(keys.deployment("1"))).toBeUndefined();
});

test("a site's event updates it and keeps the list in order", () => {
  client.setQueryData(keys.sites, [site("blog"), site("shop")]);
  applySite(client, site("docs"));
  applySite(client, site("blog", { framework: "vite" }));
  expect(client.getQueryData<Site[]>(keys.sites)?.map((each) => each.name)).toEqual(["blog", "docs", "shop"]);
  expect(client.getQueryData<Site[]>(keys.sites)?.[0]?.framework).toBe("vite");
});

test("another live deployment makes the lists of deployments old", () => {
  client.setQueryData(keys.deploymentsOf({}), pagesOf([deployment("1")]));
  client.setQueryData(keys.site("blog"), site("blog", { live_deployment: "1" }));
  applySite(client, site("blog", { live_deployment: "1" }));
  expect(client.getQueryState(keys.deploymentsOf({}))?.isInvalidated).toBe(false);
  applySite(client, site("blog", { live_deployment: "2" }));
  expect(client.getQueryState(keys.deploymentsOf({}))?.isInvalidated).toBe(true);
});

test("a deleted site is gone", () => {
  client.setQueryData(keys.sites, [site("blog"), site("shop")]);
  client.setQueryData(keys.site("blog"), site("blog"));
  applySiteDeleted(client, { name: "blog" });
  expect(client.getQueryData<Site[]>(keys.sites)?.map((each) => each.name)).toEqual(["shop"]);
  expect(client.getQueryData(keys.site("blog"))).toBeUndefined();
});
