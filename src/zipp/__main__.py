from zipp.cli.main import app

app()
