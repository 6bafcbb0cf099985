"""What `zipp doctor` looks at on the machine that runs the platform; nothing here changes anything."""
