"""The Docker engine's API, for the two capabilities that need it: runtime and images."""
