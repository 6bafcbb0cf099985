from fastapi import FastAPI

app = FastAPI(title="Hello")


@app.get("/")
async def hello() -> dict[str, str]:
    return {"message": "Hello from FastAPI"}


@app.get("/square/{number}")
async def square(number: int) -> dict[str, int]:
    return {"number": number, "square": number * number}
