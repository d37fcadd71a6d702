// A mail server that keeps what it gets.
import net from "node:net";

/** Takes the transfer encoding off a part of a mail. */
function decode(part) {
  const [head, ...rest] = part.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  if (/quoted-printable/i.test(head)) {
    const bytes = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
    return Buffer.from(bytes, "latin1").toString("utf8");
  }
  return /base64/i.test(head) ? Buffer.from(body, "base64").toString("utf8") : body;
}

/** The plain text of a mail with two forms. */
export function textOf(mail) {
  const boundary = mail.match(/boundary="([^"]+)"/)[1];
  return decode(mail.split(`--${boundary}`)[1]);
}

export async function startMailServer() {
  const mails = [];
  const waiting = [];
  const keep = (mail) => {
    mails.push(mail);
    for (const look of [...waiting]) look();
  };
  const server = net.createServer((socket) => {
    let buffer = "";
    let mail = null;
    socket.setEncoding("latin1");
    // A sender that leaves without saying goodbye has nothing more to send.
    socket.on("error", () => socket.destroy());
    socket.write("220 here\r\n");
    socket.on("data", (text) => {
      buffer += text;
      for (let end = buffer.indexOf("\r\n"); end >= 0; end = buffer.indexOf("\r\n")) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (mail !== null) {
          if (line === ".") {
            keep(mail);
            mail = null;
            socket.write("250 kept\r\n");
          } else mail += `${line.replace(/^\./, "")}\r\n`;
        } else if (line === "DATA") {
          mail = "";
          socket.write("354 go on\r\n");
        } else if (line === "QUIT") socket.end("221 bye\r\n");
        else socket.write("250 fine\r\n");
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `smtp://127.0.0.1:${server.address().port}?tls=none`,
    /** The first mail to an address, with these words if they are given, as soon as it has come. */
    mailTo: (address, words = "") =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no mail to ${address} with "${words}" among ${mails.length}`)), 30_000);
        const look = () => {
          const mail = mails.find((one) => one.includes(`To: ${address}`) && (words === "" || textOf(one).includes(words)));
          if (!mail) return;
          clearTimeout(timer);
          waiting.splice(waiting.indexOf(look), 1);
          resolve(mail);
        };
        waiting.push(look);
        look();
      }),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
