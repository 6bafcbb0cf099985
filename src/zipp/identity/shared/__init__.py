"""What is the same wherever people prove who they are: the platform's own rows, which are API tokens, invites, the
set-up link and hand-overs, and the rules of signing up."""
