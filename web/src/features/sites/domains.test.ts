import { describe, expect, it } from "vitest";
import { dnsRecords, domainProblem, domainUrl, hostOf } from "./domains";

describe("hostOf", () => {
  it.each([
    ["www.example.com", "www.example.com"],
    [" https://WWW.Example.com/path?x#y ", "www.example.com"],
    ["example.com.", "example.com"],
    ["http://example.com:8080", "example.com"],
  ])("reads %j as %s", (text, host) => {
    expect(hostOf(text)).toBe(host);
  });
});

describe("domainProblem", () => {
  it.each(["", "example", "-a.com", "a..com", "exa mple.com", "1.2.3.4", "a.b_c.com", `${"a".repeat(64)}.com`])(
    "refuses %j",
    (host) => {
      expect(domainProblem(host, [], "zipp.example.org")).not.toBeNull();
    },
  );

  it("refuses the platform's own names and what is there already", () => {
    expect(domainProblem("shop.zipp.example.org", [], "zipp.example.org")).toContain("zipp.example.org");
    expect(domainProblem("www.shop.com", ["www.shop.com"], "zipp.example.org")).toContain("already");
  });

  it("takes a name that only ends like the platform's", () => {
    expect(domainProblem("notzipp.example.org", [], "zipp.example.org")).toBeNull();
  });
});

describe("domainUrl", () => {
  it("keeps the platform's scheme and port", () => {
    expect(domainUrl("http://shop.zipp.localhost:8080", "shop.com")).toBe("http://shop.com:8080");
    expect(domainUrl("https://shop.zipp.org", "shop.com")).toBe("https://shop.com");
  });
});

describe("dnsRecords", () => {
  it("points a name below a domain at the site's own name", () => {
    expect(dnsRecords("www.shop.com", "https://shop.zipp.org")).toEqual([
      { type: "CNAME", name: "www.shop.com", value: "shop.zipp.org" },
    ]);
  });

  it("points a domain's own name at the platform's address, as it can have no CNAME", () => {
    expect(dnsRecords("shop.com", "https://shop.zipp.org")).toEqual([{ type: "A", name: "shop.com", value: null }]);
  });

  it("never points at a name that only this machine knows", () => {
    expect(dnsRecords("www.shop.com", "http://shop.zipp.localhost:8080")[0]?.type).toBe("A");
  });
});
