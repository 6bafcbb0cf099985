import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Button } from "./button";
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "./dropdown-menu";

// jsdom has no popovers: what the browser does itself (top layer, Escape, a click beside it) is tested in a browser.
beforeEach(() => {
  HTMLElement.prototype.showPopover = vi.fn();
  HTMLElement.prototype.hidePopover = vi.fn();
});
afterEach(cleanup);

function menu(chosen: (what: string) => void) {
  render(
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button>Actions</Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        <DropdownMenuItem onSelect={() => chosen("redeploy")}>Redeploy</DropdownMenuItem>
        <DropdownMenuItem disabled onSelect={() => chosen("stop")}>
          Stop
        </DropdownMenuItem>
        <DropdownMenuCheckboxItem
          checked={false}
          onCheckedChange={(checked) => chosen(`wrap ${checked}`)}
          onSelect={(event) => event.preventDefault()}
        >
          Wrap
        </DropdownMenuCheckboxItem>
        <DropdownMenuItem onSelect={() => chosen("delete")}>Delete</DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>,
  );
}

const focused = () => document.activeElement?.textContent;

describe("a menu", () => {
  test("opens by the keyboard with its first item, and arrows leave out what is disabled", async () => {
    const user = userEvent.setup();
    menu(() => {});
    screen.getByRole("button", { name: "Actions" }).focus();
    await user.keyboard("{ArrowDown}");
    expect(focused()).toBe("Redeploy");
    await user.keyboard("{ArrowDown}");
    expect(focused()).toBe("Wrap");
    await user.keyboard("{End}{ArrowDown}");
    expect(focused()).toBe("Redeploy");
    await user.keyboard("{ArrowUp}");
    expect(focused()).toBe("Delete");
    await user.keyboard("w");
    expect(focused()).toBe("Wrap");
  });

  test("a choice closes it and gives the focus back to its button", async () => {
    const user = userEvent.setup();
    const chosen = vi.fn();
    menu(chosen);
    await user.click(screen.getByRole("button", { name: "Actions" }));
    await user.keyboard("{End}{Enter}");
    expect(chosen).toHaveBeenCalledWith("delete");
    expect(screen.queryByRole("menu")).toBeNull();
    expect(focused()).toBe("Actions");
  });

  test("an item that prevents it leaves the menu open", async () => {
    const user = userEvent.setup();
    const chosen = vi.fn();
    menu(chosen);
    await user.click(screen.getByRole("button", { name: "Actions" }));
    await user.click(screen.getByRole("menuitemcheckbox", { name: "Wrap" }));
    expect(chosen).toHaveBeenCalledWith("wrap true");
    expect(screen.getByRole("menu")).toBeTruthy();
  });

  test("tells whether it is open", async () => {
    const user = userEvent.setup();
    menu(() => {});
    const button = screen.getByRole("button", { name: "Actions" });
    expect(button.getAttribute("aria-expanded")).toBe("false");
    await user.click(button);
    expect(button.getAttribute("aria-expanded")).toBe("true");
    expect(button.getAttribute("aria-controls")).toBe(screen.getByRole("menu").id);
    await user.click(button);
    expect(button.getAttribute("aria-expanded")).toBe("false");
  });
});
