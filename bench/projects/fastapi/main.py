from fastapi import FastAPI

VERSION = "@VERSION@"
app = FastAPI()


@app.get("/")
async def version() -> dict[str, str]:
    return {"version": VERSION}
