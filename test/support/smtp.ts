import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** How a mail server of the tests behaves. */
export type Mood =
  | 'takes'
  /** Says nothing at all. */
  | 'hangs'
  /** Refuses the recipient for now. */
  | 'refuses'
  /** Takes the whole mail and closes before it says so. */
  | 'drops';

export interface SmtpServer {
  mood: Mood;
  /** For `custom_dsn`: patience of a moment. */
  readonly url: string;
  /** Mails that were taken, as they came over the wire. */
  readonly mails: readonly string[];
  /** Recipients of each of them. */
  readonly recipients: readonly (readonly string[])[];
  /** How many connections there were. */
  readonly visits: number;
  close(): Promise<void>;
}

export async function startSmtp(): Promise<SmtpServer> {
  const mails: string[] = [];
  const recipients: string[][] = [];
  const sockets = new Set<Socket>();
  let visits = 0;
  const state: { mood: Mood } = { mood: 'takes' };

  const server = createServer((socket) => {
    visits++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    if (state.mood === 'hangs') return;
    let pending = '';
    let isData = false;
    let to: string[] = [];
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    say('220 test ESMTP');
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      pending += chunk;
      for (;;) {
        const end = pending.indexOf(isData ? '\r\n.\r\n' : '\r\n');
        if (end === -1) return;
        const line = pending.slice(0, end);
        pending = pending.slice(end + (isData ? 5 : 2));
        if (isData) {
          isData = false;
          if (state.mood === 'drops') return void socket.destroy();
          mails.push(line);
          recipients.push(to);
          to = [];
          say('250 taken');
        } else if (/^ehlo/i.test(line)) say('250 test');
        else if (/^rcpt/i.test(line)) {
          if (state.mood === 'refuses') say('450 not now');
          else {
            to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
            say('250 ok');
          }
        } else if (/^data/i.test(line)) {
          isData = true;
          say('354 go on');
        } else if (/^quit/i.test(line)) {
          say('221 bye');
          socket.end();
        } else say('250 ok');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    get mood() {
      return state.mood;
    },
    set mood(mood) {
      state.mood = mood;
    },
    url: `smtp://127.0.0.1:${port}?greetingTimeout=300&socketTimeout=300&connectionTimeout=300`,
    mails,
    recipients,
    get visits() {
      return visits;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
