import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseEndpoint } from "../../../src/source/nettop/row.ts";

const bytes = (...head: number[]) => new Uint8Array([...head, ...new Array(16 - head.length).fill(0)]);

Deno.test("parseEndpoint() reads IPv4 up to the last colon", () => {
  deepStrictEqual(parseEndpoint(4, "192.0.2.7:443"), { address: bytes(192, 0, 2, 7), zone: null, port: 443 });
});

Deno.test("parseEndpoint() reads IPv6 up to the last dot, with a zone that holds dots", () => {
  const address = bytes(0xfe, 0x80);
  address[15] = 1;
  deepStrictEqual(parseEndpoint(6, "fe80::1%vlan0.12.5353"), { address, zone: "vlan0.12", port: 5353 });
  deepStrictEqual(parseEndpoint(6, "fe80::1%en0.53"), { address, zone: "en0", port: 53 });
});

Deno.test("parseEndpoint() reads a v4-mapped address as the IPv6 address that it is", () => {
  const address = new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1]);
  deepStrictEqual(parseEndpoint(6, "::ffff:192.0.2.1.443"), { address, zone: null, port: 443 });
});

Deno.test("parseEndpoint() reads a star as nothing bound", () => {
  deepStrictEqual(parseEndpoint(4, "*:*"), { address: bytes(), zone: null, port: 0 });
  deepStrictEqual(parseEndpoint(6, "*.*"), { address: bytes(), zone: null, port: 0 });
  deepStrictEqual(parseEndpoint(6, "*.5353"), { address: bytes(), zone: null, port: 5353 });
});

Deno.test("parseEndpoint() has no address for a host's name", () => {
  deepStrictEqual(parseEndpoint(4, "host.example.com:443"), { address: null, zone: null, port: 443 });
});

Deno.test("parseEndpoint() reads a port whose address is left out, with a dot in both families", () => {
  for (const family of [4, 6] as const) {
    for (const text of [".64600", ":64600"]) {
      deepStrictEqual(parseEndpoint(family, text), { address: bytes(), zone: null, port: 64600 });
    }
    for (const text of [".", ":", ".70000", "..1", ".x"]) strictEqual(parseEndpoint(family, text), null, text);
  }
});

Deno.test("parseEndpoint() refuses what is neither", () => {
  for (
    const text of ["", ":", "192.0.2.7", "192.0.2.7:70000", "192.0.2.7:x", "192.0.2.7:", "a b:1", "fe80::1:443"]
  ) {
    strictEqual(parseEndpoint(4, text), null, text);
  }
  for (const text of ["", ".", "::1", "::1.70000", "fe80::g.1", "fe80::1%en0", ":::1.1"]) {
    strictEqual(parseEndpoint(6, text), null, text);
  }
});

Deno.test("parseEndpoint() gives back every IPv4 address and port", () => {
  fc.assert(fc.property(fc.ipV4(), fc.nat(65535), (address, port) => {
    const read = parseEndpoint(4, `${address}:${port}`);
    strictEqual(Array.from(read!.address!.subarray(0, 4)).join("."), address);
    strictEqual(read!.port, port);
  }));
});

Deno.test("parseEndpoint() gives back every IPv6 address and port", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(65535), (address, port) => {
    const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((i) => (address[i] << 8 | address[i + 1]).toString(16));
    deepStrictEqual(parseEndpoint(6, `${groups.join(":")}.${port}`), {
      address: new Uint8Array(address),
      zone: null,
      port,
    });
  }));
});

Deno.test("parseEndpoint() never throws", () => {
  fc.assert(fc.property(fc.constantFrom<4 | 6>(4, 6), fc.string(), (family, text) => void parseEndpoint(family, text)));
});
