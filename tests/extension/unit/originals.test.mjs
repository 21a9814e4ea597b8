import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates, originals, sendable } from "../../../extension/pictures/originals.js";

const picture = (fields) => ({ kind: "img", shown: null, others: [], link: null, width: 10, height: 10, ...fields });

const KNOWN = [
  ["https://pbs.twimg.com/media/Fabc?format=jpg&name=small", "https://pbs.twimg.com/media/Fabc?format=jpg&name=orig"],
  ["https://i.pximg.net/c/540x540_70/img-master/img/2024/01/02/03/04/05/123_p0_master1200.jpg",
    "https://i.pximg.net/img-original/img/2024/01/02/03/04/05/123_p0.png"],
  ["https://booth.pximg.net/c/300x300_a2_g5/uuid/i/1/name_base_resized.jpg", "https://booth.pximg.net/uuid/i/1/name.png"],
  ["https://cdn.donmai.us/sample/ab/cd/sample-0123abcd.jpg", "https://cdn.donmai.us/original/ab/cd/0123abcd.png"],
  ["https://cdn.donmai.us/360x360/ab/cd/0123abcd.jpg", "https://cdn.donmai.us/original/ab/cd/0123abcd.png"],
  ["https://preview.redd.it/title-of-it-v0-x9y8.png?width=640&s=1", "https://i.redd.it/x9y8.png"],
  ["https://cdn.bsky.app/img/feed_thumbnail/plain/did:plc:x/bafy@jpeg", "https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:x/bafy@jpeg"],
  ["https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/File.png/300px-File.png",
    "https://upload.wikimedia.org/wikipedia/commons/a/ab/File.png"],
  ["https://i.imgur.com/AbCdEfGm.jpg", "https://i.imgur.com/AbCdEfG.jpg"],
  ["https://media.discordapp.net/attachments/1/2/a.png?ex=1&is=2&hm=3&width=400&height=300",
    "https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm=3"],
  ["https://cdna.artstation.com/p/assets/images/1/2/medium/a.jpg", "https://cdna.artstation.com/p/assets/images/1/2/4k/a.jpg"],
  ["https://i.etsystatic.com/1/r/il/ab/2/il_340x270.2_x.jpg", "https://i.etsystatic.com/1/r/il/ab/2/il_fullxfull.2_x.jpg"],
  ["https://image.civitai.com/x/uuid/width=450/1.jpeg", "https://image.civitai.com/x/uuid/original=true/1.jpeg"],
  ["https://shop.example/cdn/shop/products/a_300x300.jpg?v=1&width=300", "https://shop.example/cdn/shop/products/a.jpg?v=1"],
  ["https://m.example/system/media_attachments/files/1/2/small/a.png", "https://m.example/system/media_attachments/files/1/2/original/a.png"],
  ["https://b.example/wp-content/uploads/2026/a-300x200.png", "https://b.example/wp-content/uploads/2026/a.png"],
  ["https://i0.wp.com/b.example/a.png?resize=300", "https://b.example/a.png"],
  ["https://n.example/_next/image?url=%2Fa.png&w=640&q=75", "https://n.example/a.png"],
];

for (const [thumbnail, original] of KNOWN) {
  test(`the original behind ${new URL(thumbnail).hostname}${new URL(thumbnail).pathname.slice(0, 20)} is known`, () => {
    assert.equal(originals(thumbnail)[0], original);
    // The original itself is left alone.
    assert.ok(!originals(original).includes(original));
  });
}

test("an ordinary address has no guessed original", () => {
  for (const url of ["https://a.example/x.png", "https://pbs.twimg.com/profile_images/1/x.jpg", "https://i.imgur.com/AbCdEfG.jpg"]) {
    assert.deepEqual(originals(url), [], url);
  }
});

test("the largest goes first and what is shown stays last", () => {
  const found = candidates(picture({
    shown: "https://a.example/small.png",
    others: [{ url: "https://a.example/mid.png", width: 800 }, { url: "https://a.example/big.png", width: 2000 }],
  }));
  assert.deepEqual(found, ["https://a.example/big.png", "https://a.example/mid.png", "https://a.example/small.png"]);
});

test("a link to a larger copy goes before its thumbnail, a link to anything else does not", () => {
  const shown = "https://i.a.example/thumbs/work_7-300x200.jpg?w=300";
  for (const link of ["https://a.example/work_7.PNG", "https://a.example/full/work_7.jpg", "https://i.a.example/thumbs/work_7_large.webp"]) {
    assert.deepEqual(candidates(picture({ shown, link })), [link, shown], link);
  }
  for (const link of ["https://a.example/work_8.png", "https://a.example/work_7.html", "https://b.test/work_7.png",
    "https://a.example/work_7.png?id=8", "https://a.example/other/work_7.png"]) {
    assert.deepEqual(candidates(picture({ shown, link })), [shown], link);
  }
  const page = "https://a.example/p/page-42.png";
  assert.deepEqual(candidates(picture({ shown: page, link: "https://a.example/p/page-43.png" })), [page]);
});

test("at most four addresses are tried, the shown one among them", () => {
  const others = Array.from({ length: 20 }, (_, width) => ({ url: `https://a.example/${width}.png`, width }));
  const found = candidates(picture({ shown: "https://a.example/0.png", others }));
  assert.equal(found.length, 4);
  assert.equal(found.at(-1), "https://a.example/0.png");
});

test("what the server would refuse is not sent", () => {
  for (const bad of ["data:image/png;base64,xx", "blob:https://a.example/1", "file:///a.png", "https://u:p@a.example/a.png",
    `https://a.example/${"x".repeat(8200)}`, "nonsense"]) {
    assert.equal(sendable(bad), null, bad.slice(0, 40));
    assert.deepEqual(candidates(picture({ shown: bad })), []);
  }
  assert.equal(sendable("https://a.example/a.png#secret"), "https://a.example/a.png");
});
