import { Argument, Command, Option } from "commander";
import {
  AhnlichError,
  changeUsers,
  checkPassword,
  checkRightsPlace,
  checkUserName,
  everyNamespace,
  hashPassword,
  type Right,
  readUsers,
  rightNames,
  type User,
} from "../users.js";
import { flag } from "./flag.js";
import { table } from "./format.js";
import { readNewPassword } from "./read-password.js";

/** `ahnlich user …`: the file that `serve --users` reads, which a server that runs reads again by itself. */
export function userCommand(): Command {
  const command = new Command("user")
    .description("Make and change the file of users that serve --users reads.")
    .helpCommand(false);
  for (const make of [addCommand, passwdCommand, grantCommand, removeCommand, listCommand]) {
    command.addCommand(make());
  }
  return command.addHelpText("after", example("add ada"));
}

function addCommand(): Command {
  return subcommand("add", "Add a user, who may do nothing yet.")
    .argument("<name>", "1 to 60 of A-Z a-z 0-9 _ . @ -")
    .addOption(passwordFlag())
    .option("--certificate", "let in who has a certificate of this name; no password is asked then")
    .addHelpText("after", example("add ada"))
    .action(async (given: string, { users: file, passwordFile, certificate }: UserFlags) => {
      const name = checkUserName(given);
      const wantsPassword = !certificate || passwordFile !== undefined;
      const password = wantsPassword ? await newPassword(passwordFile, name) : undefined;
      await changeUsers(file, async (users) => {
        if (users.has(name)) throw invalid(`${name}: there is such a user already`);
        const user = { name, password, certificate: certificate ?? false, rights: new Map() };
        users.set(name, user);
      });
      process.stdout.write(`${name} may connect now; see: ahnlich user grant --help\n`);
    });
}

function passwdCommand(): Command {
  return subcommand("passwd", "Give a user another password, which ends what goes on with the old.")
    .argument("<name>", "the user")
    .addOption(passwordFlag())
    .addHelpText("after", example("passwd ada"))
    .action(async (given: string, { users: file, passwordFile }: UserFlags) => {
      const name = checkUserName(given);
      userIn(await readUsers(file), name);
      const password = await newPassword(passwordFile, name);
      await changeUsers(file, async (users) => {
        users.set(name, { ...userIn(users, name), password });
      });
      process.stdout.write(`${name} has another password\n`);
    });
}

function grantCommand(): Command {
  return subcommand("grant", "Say what a user may do; each right holds those before it.")
    .argument("<name>", "the user")
    .addArgument(new Argument("<right>", "what the user may do").choices([...rightNames, "none"]))
    .addOption(new Option("--namespace <name>", 'in this namespace; "": in stores without one'))
    .addOption(new Option("--all", "in all of them").conflicts("namespace"))
    .addHelpText("after", example("grant ada write --namespace films"))
    .action(async (given: string, right: Right | "none", flags: UserFlags) => {
      const name = checkUserName(given);
      const { users: file, namespace, all } = flags;
      if (namespace === undefined && !all) throw invalid("expected --namespace NAME or --all");
      const place = all ? everyNamespace : checkRightsPlace(namespace ?? "");
      await changeUsers(file, async (users) => {
        const user = userIn(users, name);
        const rights = new Map(user.rights);
        if (right === "none") rights.delete(place);
        else rights.set(place, right);
        users.set(name, { ...user, rights });
      });
      process.stdout.write(`${name}: ${right} ${placeName(place)}\n`);
    });
}

function removeCommand(): Command {
  return subcommand("remove", "Remove a user, which ends what goes on in that name.")
    .argument("<name>", "the user")
    .addHelpText("after", example("remove ada"))
    .action(async (given: string, { users: file }: UserFlags) => {
      const name = checkUserName(given);
      await changeUsers(file, async (users) => {
        userIn(users, name);
        users.delete(name);
      });
      process.stdout.write(`${name} is removed\n`);
    });
}

function listCommand(): Command {
  return subcommand("list", "Show the users, how they log in and what they may do.")
    .addHelpText("after", example("list"))
    .action(async ({ users: file }: UserFlags) => {
      const rows = Array.from((await readUsers(file)).values(), rowOf);
      process.stdout.write(`${table([["name", "by", "rights"], ...rows])}\n`);
    });
}

interface UserFlags {
  readonly users: string;
  readonly passwordFile?: string;
  readonly certificate?: boolean;
  readonly namespace?: string;
  readonly all?: boolean;
}

function subcommand(name: string, description: string): Command {
  const file = flag("users", "file", "the file of the users").makeOptionMandatory();
  return new Command(name).description(description).addOption(file);
}

function passwordFlag(): Option {
  return flag(
    "password-file",
    "file",
    "read the password from its first line; - is standard input",
  );
}

async function newPassword(file: string | undefined, user: string): Promise<string> {
  return hashPassword(checkPassword(await readNewPassword(file, user)));
}

function userIn(users: ReadonlyMap<string, User>, name: string): User {
  const user = users.get(name);
  if (user === undefined) throw invalid(`${name}: there is no such user`);
  return user;
}

function rowOf({ name, password, certificate, rights }: User): string[] {
  const ways = [
    ...(password === undefined ? [] : ["password"]),
    ...(certificate ? ["certificate"] : []),
  ];
  const held = Array.from(rights, ([place, right]) => `${right} ${placeName(place)}`);
  return [name, ways.join(", "), held.join(", ") || "none"];
}

function placeName(place: string): string {
  if (place === everyNamespace) return "everywhere";
  return place === "" ? "in stores without a namespace" : `in ${place}`;
}

function invalid(sentence: string): AhnlichError {
  return new AhnlichError("INVALID_ARGUMENT", sentence);
}

function example(words: string): string {
  return `\nExample:\n  ahnlich user ${words} --users ./users.json`;
}
